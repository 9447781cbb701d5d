// The real program, PARRY_BIN, on the sample help centre: data of its own in a
// temporary folder, a free port of 127.0.0.1, stopped and removed at the end.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const bin = process.env.PARRY_BIN;

const CONTENT = fileURLToPath(
  new URL("../../examples/marketplace/content", import.meta.url),
);

/** Where it is and where one signs in, from its first lines: "serving
 * http://127.0.0.1:8080 from ..." and "to administer it, ...: http://...". */
function servingAt(server) {
  return new Promise((resolve, reject) => {
    let log = "";
    const read = (text) => {
      log += text;
      const address = /^serving (http:\/\/\S+)/m.exec(log);
      const link = /^to administer it.* (http:\/\/\S+)\n/m.exec(log);
      if (address && link) resolve({ url: address[1], signIn: link[1] });
    };
    server.stdout.setEncoding("utf8").on("data", read);
    server.stderr.setEncoding("utf8").on("data", read);
    server.on("error", reject);
    server.on("exit", (code, signal) =>
      reject(new Error(`parry serve left (${code ?? signal}):\n${log}`)),
    );
  });
}

async function stop(server) {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = once(server, "exit");
  server.kill("SIGTERM");
  const late = setTimeout(() => server.kill("SIGKILL"), 15_000);
  await gone;
  clearTimeout(late);
}

/** options: of both commands, such as --text-only. However busy the machine,
 * nothing is turned away. */
export async function startParry(...options) {
  const folder = await mkdtemp(join(tmpdir(), "parry-web-"));
  const patient = ["--option", "limits.queue_ms=0"];
  const all = ["--data", join(folder, "data"), ...patient, ...options];
  let server;
  const close = async () => {
    if (server) await stop(server);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await promisify(execFile)(bin, ["index", ...all, "--quiet", CONTENT]);
    server = spawn(bin, ["serve", ...all, "--listen", "127.0.0.1:0"]);
    /** Another command on the same data; what it printed. */
    const run = async (command, ...more) => {
      const args = [...command.split(" "), ...all.slice(0, 2), ...more];
      return (await promisify(execFile)(bin, args)).stdout.trim();
    };
    return { ...(await servingAt(server)), close, run };
  } catch (error) {
    await close();
    throw error;
  }
}
