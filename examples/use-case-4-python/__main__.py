import pulumi
import pulumi_area1 as area1

mail = area1.UseCase4("mail", domains=["example.com", "example.org"])
pulumi.export("routes", mail.routes)
