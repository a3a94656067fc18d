// A program that needs what generated SDKs import: it is compiled before the tests, so that theirs are compiled in seconds.
package main

import (
	_ "github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	_ "github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
	_ "github.com/pulumi/pulumi/sdk/v3/go/pulumix"
)

func main() {
	pulumi.Run(func(*pulumi.Context) error { return nil })
}
