// SPDX-License-Identifier: MIT
//
// China, operated by 21Vianet.
//
// Graph resources cannot be deployed there: use register.sh --cloud china.
using './sallyport.bicep'

param publicUrl = 'https://mcp.example.org'
param cloud = 'china'
param loginHost = 'login.partner.microsoftonline.cn'
param graphHost = 'microsoftgraph.chinacloudapi.cn'
param federationAudience = 'api://AzureADTokenExchangeChina'
