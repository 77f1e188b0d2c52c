// `node scripts/setup.mjs [test|demo]` gets a fresh checkout ready, and takes no time when it is.
// An old Node must be able to read this file as far as its message, so it uses no syntax and no import that came late.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major > 20 || (major === 20 && minor >= 19)) {
  import('./setup/main.mjs').then(({ main }) => main(process.argv.slice(2)));
} else {
  console.error(`set-up failed: Node 20.19 or newer is needed and this is ${process.version}: type nvm install 22`);
  process.exitCode = 1;
}
