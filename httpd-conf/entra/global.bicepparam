// SPDX-License-Identifier: MIT
//
// The global cloud.
using './sallyport.bicep'

param publicUrl = 'https://mcp.example.org'
param cloud = 'global'
param loginHost = 'login.microsoftonline.com'
param graphHost = 'graph.microsoft.com'
param federationAudience = 'api://AzureADTokenExchange'
