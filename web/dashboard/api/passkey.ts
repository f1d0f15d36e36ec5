// SPDX-License-Identifier: Apache-2.0
// Passkeys between the server's JSON (base64url) and the browser's buffers (Web Authentication Level 2); written out
// because older browsers lack parseCreationOptionsFromJSON and toJSON.
import { fromBase64url, toBase64url } from "../lib/base64url.ts";

interface CredentialJson {
  id: string;
  type?: "public-key";
  transports?: AuthenticatorTransport[];
}
interface CreateJson {
  rp: PublicKeyCredentialRpEntity;
  user: { id: string; name: string; displayName: string };
  challenge: string;
  pubKeyCredParams: PublicKeyCredentialParameters[];
  timeout?: number;
  excludeCredentials?: CredentialJson[];
  authenticatorSelection?: AuthenticatorSelectionCriteria;
  attestation?: AttestationConveyancePreference;
}
interface GetJson {
  challenge: string;
  rpId?: string;
  timeout?: number;
  allowCredentials?: CredentialJson[];
  userVerification?: UserVerificationRequirement;
}

/** Some servers wrap the options as navigator.credentials takes them. */
const inner = <T>(options: unknown): T => {
  const it = options as { publicKey?: T };
  return it.publicKey ?? (options as T);
};

const descriptors = (list: CredentialJson[] = []): PublicKeyCredentialDescriptor[] =>
  list.map(({ id, type, transports }) => ({ id: fromBase64url(id), type: type ?? "public-key", ...(transports ? { transports } : {}) }));

export function createOptions(json: unknown): PublicKeyCredentialCreationOptions {
  const it = inner<CreateJson>(json);
  return { ...it, challenge: fromBase64url(it.challenge), user: { ...it.user, id: fromBase64url(it.user.id) }, excludeCredentials: descriptors(it.excludeCredentials) };
}

export function getOptions(json: unknown): PublicKeyCredentialRequestOptions {
  const it = inner<GetJson>(json);
  return { ...it, challenge: fromBase64url(it.challenge), allowCredentials: descriptors(it.allowCredentials) };
}

/** RegistrationResponseJSON. */
export function registrationJson(credential: PublicKeyCredential): object {
  const response = credential.response as AuthenticatorAttestationResponse;
  return {
    id: credential.id,
    rawId: toBase64url(credential.rawId),
    type: credential.type,
    response: {
      clientDataJSON: toBase64url(response.clientDataJSON),
      attestationObject: toBase64url(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

/** AuthenticationResponseJSON. */
export function assertionJson(credential: PublicKeyCredential): object {
  const response = credential.response as AuthenticatorAssertionResponse;
  return {
    id: credential.id,
    rawId: toBase64url(credential.rawId),
    type: credential.type,
    response: {
      clientDataJSON: toBase64url(response.clientDataJSON),
      authenticatorData: toBase64url(response.authenticatorData),
      signature: toBase64url(response.signature),
      ...(response.userHandle ? { userHandle: toBase64url(response.userHandle) } : {}),
    },
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

export const passkeysWork = (): boolean => typeof PublicKeyCredential === "function" && isSecureContext;

/** Null when the person closed the browser's window or let it time out. */
async function quietly(ask: Promise<Credential | null>): Promise<PublicKeyCredential | null> {
  try {
    return (await ask) as PublicKeyCredential | null;
  } catch (error) {
    if (error instanceof DOMException && (error.name === "NotAllowedError" || error.name === "AbortError")) return null;
    throw error;
  }
}

export async function passkeyCreate(options: unknown): Promise<object | null> {
  const made = await quietly(navigator.credentials.create({ publicKey: createOptions(options) }));
  return made && registrationJson(made);
}

export async function passkeyGet(options: unknown): Promise<object | null> {
  const got = await quietly(navigator.credentials.get({ publicKey: getOptions(options) }));
  return got && assertionJson(got);
}
