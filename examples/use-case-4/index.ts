import { UseCase4 } from "pulumi-area1-m365";

const mail = new UseCase4("mail", { domains: ["example.com", "example.org"] });
export const routes = mail.routes;
