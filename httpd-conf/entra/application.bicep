// SPDX-License-Identifier: MIT
//
// One application that sallyport.bicep has made, described in full: its service principal and its credentials too.
extension microsoftGraphV1

param uniqueName string
param displayName string

@description('Its client id, which it needs for its own identifier URI and permissions.')
param appId string
param scopes array = []
param web object = {
  redirectUris: []
}
param idTokenClaims string[] = []
param roles string[] = []
param groupMembershipClaims string
param requiredResourceAccess array
param knownClientApplications string[] = []
param preAuthorizedApplications array = []
param assignmentRequired bool
param certificates array

@description('Whether a managed identity is a credential; its principal may be known only during the deployment.')
param hasIdentity bool
param identityIssuer string
param identitySubject string
param federatedIssuer string
param federatedSubject string
param federationAudience string

resource application 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: uniqueName
  displayName: displayName
  signInAudience: 'AzureADMyOrg'
  identifierUris: empty(scopes) ? [] : ['api://${appId}']
  web: web
  api: {
    requestedAccessTokenVersion: 2
    oauth2PermissionScopes: scopes
    knownClientApplications: knownClientApplications
    preAuthorizedApplications: preAuthorizedApplications
  }
  optionalClaims: {
    idToken: [for claim in idTokenClaims: {
      name: claim
      essential: false
    }]
  }
  groupMembershipClaims: groupMembershipClaims
  appRoles: [for role in roles: {
    id: guid(uniqueName, role)
    value: role
    displayName: role
    description: 'Decides what Sallyport lets a person use (allow = role:${role}).'
    allowedMemberTypes: ['User']
    isEnabled: true
  }]
  requiredResourceAccess: requiredResourceAccess
  keyCredentials: [for certificate in certificates: {
    displayName: 'sallyport'
    type: 'AsymmetricX509Cert'
    usage: 'Verify'
    key: certificate.key
    startDateTime: certificate.startDateTime
    endDateTime: certificate.endDateTime
  }]

  resource managedIdentity 'federatedIdentityCredentials@v1.0' = if (hasIdentity) {
    name: '${application.uniqueName}/managed-identity'
    description: 'The managed identity that Sallyport runs with.'
    issuer: identityIssuer
    subject: identitySubject
    audiences: [federationAudience]
  }

  resource workload 'federatedIdentityCredentials@v1.0' = if (federatedIssuer != '') {
    name: '${application.uniqueName}/workload'
    description: 'The workload that Sallyport runs as.'
    issuer: federatedIssuer
    subject: federatedSubject
    audiences: [federationAudience]
  }
}

resource principal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: appId
  appRoleAssignmentRequired: assignmentRequired
}

output principalId string = principal.id
