/** A command line, ready for spawn. */
export type CommandLine = readonly [command: string, args: readonly string[]];

// Only this process sees the mounts, and they end with it.
const ENTER = `
root=$1; shift
mount -t proc proc "$root/proc" || exit 1
while [ "$1" != -- ]; do
  mkdir -p "$root$1" && mount --rbind "$1" "$root$1" || exit 1
  shift
done
shift
exec chroot "$root" "$@"`;

/** The command in another system's root folder, with `folders` at the same paths as outside. */
export function insideRoot(root: string, [command, args]: CommandLine, folders: readonly string[] = []): CommandLine {
  const enter = ["sh", "-c", ENTER, "sh", root, ...folders, "--", command, ...args];
  return ["unshare", ["--mount", "--propagation=private", ...enter]];
}
