// SPDX-License-Identifier: MIT
//
// US Government L5 (Department of Defense).
//
// Graph resources cannot be deployed there: use register.sh --cloud usgov-dod.
using './sallyport.bicep'

param publicUrl = 'https://mcp.example.org'
param cloud = 'usgov-dod'
param loginHost = 'login.microsoftonline.us'
param graphHost = 'dod-graph.microsoft.us'
param federationAudience = 'api://AzureADTokenExchangeUSGov'
