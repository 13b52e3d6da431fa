// Bundles our styles and scripts into src/logister_core/web/static/dist, with a hash of the content in each name
// and a manifest that says which file is which (read by logister_core/web/assets.py).

import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";

const STATIC = fileURLToPath(new URL("src/logister_core/web/static/", import.meta.url));
const DIST = join(STATIC, "dist");

// Logical name in the manifest -> entry file below static/.
const ENTRIES = {
  "styles.css": "styles/main.css",
  "theme.js": "scripts/theme.js",
  "main.js": "scripts/main.js",
  "enhance.js": "scripts/enhance.js",
};

const logicalName = Object.fromEntries(Object.entries(ENTRIES).map(([name, entry]) => [join(STATIC, entry), name]));

async function writeManifest(result) {
  if (result.errors.length) return;
  const manifest = {};
  for (const [output, { entryPoint }] of Object.entries(result.metafile.outputs)) {
    const name = entryPoint && logicalName[fileURLToPath(new URL(entryPoint, import.meta.url))];
    if (name) manifest[name] = basename(output);
  }
  await writeFile(join(DIST, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  // Older builds go, so that the wheel holds one.
  const current = new Set([...Object.values(manifest), "manifest.json"]);
  for (const file of await readdir(DIST)) {
    if (!current.has(file)) await rm(join(DIST, file));
  }
}

const options = {
  entryPoints: Object.entries(ENTRIES).map(([name, entry]) => ({
    in: join(STATIC, entry),
    out: name.replace(/\.\w+$/, ""),
  })),
  outdir: DIST,
  entryNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  format: "esm",
  // light-dark() and container queries set the lower bound.
  target: ["chrome123", "firefox120", "safari17.5"],
  legalComments: "none",
  metafile: true,
  logLevel: "info",
  plugins: [{ name: "manifest", setup: (build) => build.onEnd(writeManifest) }],
};

await mkdir(DIST, { recursive: true });
if (process.argv.includes("--watch")) {
  await (await esbuild.context(options)).watch();
} else {
  await esbuild.build(options);
}
