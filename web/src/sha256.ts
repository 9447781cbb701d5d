// SHA-256 for the contact form's proof of work: the browser's own
// (crypto.subtle) is missing on plain HTTP, and waits for a thread at each of
// the some hundred thousand texts.
import { sha256 } from "@noble/hashes/sha2";

declare global {
  interface Window {
    parrySha256?: (bytes: Uint8Array) => Uint8Array;
  }
}

window.parrySha256 = sha256;
