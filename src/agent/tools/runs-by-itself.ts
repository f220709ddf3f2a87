/**
 * Names that are hidden, or that some program runs or obeys by itself: making one is asked for first, though nothing is replaced.
 * On disks blind to case `PACKAGE.JSON` is the same file, so case means nothing here.
 */
const names: ReadonlySet<string> = new Set([
  'package.json',
  'binding.gyp',
  'composer.json',
  'deno.json',
  'makefile',
  'gnumakefile',
  'cmakelists.txt',
  'justfile',
  'rakefile',
  'gemfile',
  'procfile',
  'vagrantfile',
  'dockerfile',
  'jenkinsfile',
  'gruntfile.js',
  'gulpfile.js',
  'docker-compose.yml',
  'compose.yaml',
  'taskfile.yml',
  'build.rs',
  'build.gradle',
  'build.gradle.kts',
  'pom.xml',
  'setup.py',
  'setup.cfg',
  'pyproject.toml',
  'tox.ini',
  'noxfile.py',
  'conftest.py',
  'sitecustomize.py',
  'usercustomize.py',
  'autorun.inf',
  'desktop.ini',
  'node_modules',
]);

/** Endings that a double click, or the start of another program, runs. */
const endings = /\.(desktop|service|timer|command|app|bat|cmd|com|exe|msi|ps1|psm1|vbs|vbe|wsf|hta|lnk|scf|url|pif|reg|pth|plist|jar)$/;
const configuration = /\.config\.[cm]?[jt]s$/;

/** Whether a path, by any name on its way, is hidden or of that kind. */
export function runsByItself(path: string): boolean {
  return path
    .toLowerCase()
    .split(/[/\\]/)
    .filter((name) => name !== '' && name !== '.')
    .some((name) => name.startsWith('.') || names.has(name) || endings.test(name) || configuration.test(name));
}
