// SPDX-License-Identifier: MIT
//
// The user-assigned managed identity of the machine that Sallyport runs on; assign it there.
param name string
param location string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: name
  location: location
}

output principalId string = identity.properties.principalId
output clientId string = identity.properties.clientId
