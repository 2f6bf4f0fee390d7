// SPDX-License-Identifier: MIT
//
// Sallyport's registration in Entra ID as a template: what register.sh does with az.
//
//   az deployment group create --resource-group RG --parameters global.bicepparam --parameters publicUrl=https://HOST
//
// Whoever deploys it needs the role Application Administrator in Entra ID, and with grantConsent one that may consent
// for everyone.  Microsoft deploys Graph resources in the global cloud only; in another cloud use register.sh.
// What the template lists is the whole of it: a redirect URI, role or certificate that was added by hand is taken away.
extension microsoftGraphV1

@description('Sallyport\'s public_url: https, lower case, without a slash at its end.')
param publicUrl string

@description('The key by which a later deployment finds the application again; it can never be changed.')
param uniqueName string = 'sallyport'

@description('The name that people see.')
param displayName string = 'Sallyport'

@description('Sallyport\'s name of the cloud.')
@allowed(['global', 'usgov', 'usgov-dod', 'china'])
param cloud string

@description('The cloud\'s sign-in host.')
param loginHost string

@description('The cloud\'s Microsoft Graph host.')
param graphHost string

@description('The audience of tokens that stand in for a credential in this cloud.')
@allowed(['api://AzureADTokenExchange', 'api://AzureADTokenExchangeUSGov', 'api://AzureADTokenExchangeChina'])
param federationAudience string

@description('A second application for the API: the tokens are for it, and it calls Graph on behalf of people.')
param twoApps bool = false

@description('The id of the scope access_as_user. An application that has the scope already must keep its id.')
param scopeId string = guid(twoApps ? '${uniqueName}-api' : uniqueName, 'access_as_user')

@description('App roles that people and groups can be given, for `allow = role:NAME`.')
param roles string[] = []

@description('Which groups tokens list, for `allow = group:ID`.')
@allowed(['None', 'SecurityGroup', 'ApplicationGroup', 'DirectoryRole', 'All'])
param groupMembershipClaims string = 'None'

@description('Only people who are assigned to the application may sign in. They cannot consent then: grantConsent.')
param assignmentRequired bool = false

@description('Consent for everyone in the tenant.')
param grantConsent bool = false

@description('Certificates without their keys: key is the base64 of the DER, the dates are those in the certificate.')
param certificates { key: string, startDateTime: string, endDateTime: string }[] = []

@description('A user-assigned managed identity that is made here and is the credential.')
param identityName string = ''

@description('Where it is made.')
param location string = resourceGroup().location

@description('The principal (object) id of one that exists.')
param managedIdentityPrincipalId string = ''

@description('Its client id, which the machine needs when it has several.')
param managedIdentityClientId string = ''

@description('The issuer of another workload identity, such as the OIDC issuer of a Kubernetes cluster.')
param federatedIssuer string = ''

@description('Its subject, such as system:serviceaccount:NAMESPACE:NAME.')
param federatedSubject string = ''

@description('The setting `credential`, if the one that follows from the other parameters does not fit.')
param credential string = ''

var graphAppId = '00000003-0000-0000-c000-000000000000'
var userRead = 'e1fe6dd8-ba31-4d61-89e7-88639da4683d'
var tokenFile = '/var/run/secrets/azure/tokens/azure-identity-token'
var hasIdentity = identityName != '' || managedIdentityPrincipalId != ''

var scopes = [
  {
    id: scopeId
    value: 'access_as_user'
    type: 'User'
    isEnabled: true
    adminConsentDisplayName: 'Use tools as the signed-in person'
    adminConsentDescription: 'Lets Sallyport serve MCP tools in the name of the signed-in person.'
    userConsentDisplayName: 'Use tools in your name'
    userConsentDescription: 'Lets Sallyport serve MCP tools in your name.'
  }
]

// An application cannot name its own id while it is made, and a permission only a scope that is known.  So each one is
// made here with its scope, and described in application.bicep, where its id is a parameter.
resource client 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: uniqueName
  displayName: displayName
  signInAudience: 'AzureADMyOrg'
  api: {
    requestedAccessTokenVersion: 2
    oauth2PermissionScopes: twoApps ? [] : scopes
  }
}

resource api 'Microsoft.Graph/applications@v1.0' = if (twoApps) {
  uniqueName: '${uniqueName}-api'
  displayName: '${displayName} API'
  signInAudience: 'AzureADMyOrg'
  api: {
    requestedAccessTokenVersion: 2
    oauth2PermissionScopes: scopes
  }
}

module identity 'identity.bicep' = if (identityName != '') {
  name: 'sallyport-identity'
  params: {
    name: identityName
    location: location
  }
}

var resourceAppId = twoApps ? api!.appId : client.appId
var principalId = identityName != '' ? identity!.outputs.principalId : managedIdentityPrincipalId
var identityClientId = identityName != '' ? identity!.outputs.clientId : managedIdentityClientId
var issuer = 'https://${loginHost}/${tenant().tenantId}/v2.0'

// Sallyport asks for `.default`: a token for the own application has a scope only if the application lists its own
// scope among its permissions.  Graph is called by whom the token is for.
var scopePermission = [
  {
    resourceAppId: resourceAppId
    resourceAccess: [
      {
        id: scopeId
        type: 'Scope'
      }
    ]
  }
]
var graphPermission = [
  {
    resourceAppId: graphAppId
    resourceAccess: [
      {
        id: userRead
        type: 'Scope'
      }
    ]
  }
]

module clientDescription 'application.bicep' = {
  name: 'sallyport-client'
  params: {
    uniqueName: uniqueName
    displayName: displayName
    appId: client.appId
    scopes: twoApps ? [] : scopes
    web: {
      // Where people come back after signing out must be in the list too.
      redirectUris: [
        '${publicUrl}/oauth-callback'
        '${publicUrl}/logout'
      ]
      logoutUrl: '${publicUrl}/logout'
    }
    // Which session Entra ID ends, and whom to sign out there without asking.
    idTokenClaims: [
      'sid'
      'login_hint'
    ]
    roles: twoApps ? [] : roles
    groupMembershipClaims: twoApps ? 'None' : groupMembershipClaims
    requiredResourceAccess: twoApps ? scopePermission : concat(graphPermission, scopePermission)
    assignmentRequired: assignmentRequired
    certificates: certificates
    hasIdentity: hasIdentity
    identityIssuer: issuer
    identitySubject: principalId
    federatedIssuer: federatedIssuer
    federatedSubject: federatedSubject
    federationAudience: federationAudience
  }
}

module apiDescription 'application.bicep' = if (twoApps) {
  name: 'sallyport-api'
  params: {
    uniqueName: '${uniqueName}-api'
    displayName: '${displayName} API'
    appId: api!.appId
    scopes: scopes
    roles: roles
    groupMembershipClaims: groupMembershipClaims
    requiredResourceAccess: graphPermission
    // A person who is asked about the client is asked about the API's own permissions in the same step.
    knownClientApplications: [client.appId]
    // A preauthorized client is never asked about, and so nobody would be asked about the API's permissions either:
    // only where everyone's consent is there already.
    preAuthorizedApplications: grantConsent ? [
      {
        appId: client.appId
        delegatedPermissionIds: [scopeId]
      }
    ] : []
    assignmentRequired: assignmentRequired
    certificates: certificates
    hasIdentity: hasIdentity
    identityIssuer: issuer
    identitySubject: principalId
    federatedIssuer: federatedIssuer
    federatedSubject: federatedSubject
    federationAudience: federationAudience
  }
}

resource graph 'Microsoft.Graph/servicePrincipals@v1.0' existing = {
  appId: graphAppId
}

var resourcePrincipalId = twoApps ? apiDescription!.outputs.principalId : clientDescription.outputs.principalId

resource clientConsent 'Microsoft.Graph/oauth2PermissionGrants@v1.0' = if (grantConsent) {
  clientId: clientDescription.outputs.principalId
  consentType: 'AllPrincipals'
  resourceId: graph.id
  scope: twoApps ? 'openid profile offline_access' : 'openid profile offline_access User.Read'
}

resource scopeConsent 'Microsoft.Graph/oauth2PermissionGrants@v1.0' = if (grantConsent) {
  clientId: clientDescription.outputs.principalId
  consentType: 'AllPrincipals'
  resourceId: resourcePrincipalId
  scope: 'access_as_user'
}

resource apiConsent 'Microsoft.Graph/oauth2PermissionGrants@v1.0' = if (grantConsent && twoApps) {
  clientId: resourcePrincipalId
  consentType: 'AllPrincipals'
  resourceId: graph.id
  scope: 'User.Read'
}

var identityCredential = identityClientId == '' ? 'managed-identity' : 'managed-identity:${identityClientId}'
var keyCredential = federatedIssuer == '' ? 'certificate:/etc/sallyport/entra.pem' : 'federated-token-file:${tokenFile}'
var ownCredential = hasIdentity ? identityCredential : keyCredential
var usedCredential = credential == '' ? ownCredential : credential

var oneAppLines = [
  '[entra]'
  'tenant_id = ${tenant().tenantId}'
  'client_id = ${client.appId}'
  'cloud = ${cloud}'
  'credential = ${usedCredential}'
]
var twoAppLines = [
  'resource_client_id = ${resourceAppId}'
  'resource_credential = ${usedCredential}'
  'scope = ${resourceAppId}/.default'
  'audience = ${resourceAppId}, api://${resourceAppId}'
]

output clientId string = client.appId
output resourceClientId string = resourceAppId
output graphUrl string = 'https://${graphHost}'

@description('The section for sallyport.conf.')
output entra string = join(concat(oneAppLines, twoApps ? twoAppLines : []), '\n')
