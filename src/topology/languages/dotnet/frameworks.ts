// Frameworks of .NET, by package, framework reference or SDK (`sdk:`).
import type { Framework } from '../language.ts'

export const dotnetFrameworks: readonly Framework[] = [
  { name: 'aspire', packages: ['Aspire.Hosting.AppHost', 'sdk:Aspire.AppHost.Sdk'] },
  { name: 'azure-functions', packages: ['Microsoft.Azure.Functions.Worker', 'Microsoft.NET.Sdk.Functions', 'Microsoft.Azure.Functions.Worker.Sdk', 'Microsoft.Azure.WebJobs'], port: 80 },
  { name: 'orleans', packages: ['Microsoft.Orleans.Server', 'Microsoft.Orleans.OrleansRuntime'], port: 8080 },
  { name: 'umbraco', packages: ['Umbraco.Cms'], port: 8080 },
  { name: 'orchardcore', packages: ['OrchardCore.Application.Cms.Targets', 'OrchardCore.Application.Cms.Core.Targets'], port: 8080 },
  { name: 'saturn', packages: ['Saturn'], port: 8085 },
  { name: 'giraffe', packages: ['Giraffe'], port: 8080 },
  { name: 'falco', packages: ['Falco'], port: 8080 },
  { name: 'suave', packages: ['Suave'], port: 8080 },
  { name: 'blazor', packages: ['sdk:Microsoft.NET.Sdk.BlazorWebAssembly', 'uses:blazor'], port: 8080 },
  { name: 'aspnet', packages: ['sdk:Microsoft.NET.Sdk.Web', 'Microsoft.AspNetCore.App', 'Microsoft.AspNetCore.All', 'Microsoft.AspNetCore', 'Microsoft.AspNetCore.Mvc', 'Microsoft.AspNetCore.Server.Kestrel', 'Microsoft.AspNetCore.Hosting', 'Microsoft.AspNetCore.Server.IISIntegration', 'Microsoft.AspNet.Mvc', 'Microsoft.AspNet.WebApi', 'System.Web', 'uses:aspnet'], port: 8080 },
  { name: 'nancy', packages: ['Nancy', 'Nancy.Hosting.Self'], port: 8080 },
  { name: 'embedio', packages: ['EmbedIO'], port: 8080 },
  { name: 'grpc', packages: ['Grpc.Core', 'MagicOnion'], port: 50051 },
  { name: 'worker', packages: ['sdk:Microsoft.NET.Sdk.Worker', 'Microsoft.Extensions.Hosting', 'Topshelf', 'Quartz', 'Hangfire.Core', 'MassTransit', 'NServiceBus', 'Rebus', 'Confluent.Kafka', 'RabbitMQ.Client'], kind: 'worker' },
  { name: 'commandline', packages: ['CommandLineParser', 'System.CommandLine', 'Spectre.Console.Cli', 'McMaster.Extensions.CommandLineUtils', 'Cocona', 'Argu'], kind: 'tool' },
] // biome-ignore format: a table
