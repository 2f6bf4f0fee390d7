// SPDX-License-Identifier: MIT
//
// US Government L4 (GCC High).
//
// Graph resources cannot be deployed there: use register.sh --cloud usgov.
using './sallyport.bicep'

param publicUrl = 'https://mcp.example.org'
param cloud = 'usgov'
param loginHost = 'login.microsoftonline.us'
param graphHost = 'graph.microsoft.us'
param federationAudience = 'api://AzureADTokenExchangeUSGov'
