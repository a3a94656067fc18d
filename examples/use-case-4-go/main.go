package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"pulumi-area1-m365/sdk/go/area1"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		mail, err := area1.NewUseCase4(ctx, "mail", &area1.UseCase4Args{
			Domains: []any{"example.com", "example.org"},
		})
		if err != nil {
			return err
		}
		ctx.Export("routes", mail.Routes)
		return nil
	})
}
