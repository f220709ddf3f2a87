import { onOff } from '../base/value-kinds.ts';

/** The one reader of the process's environment. Everyone else is given values. */

/** A copy of the environment; empty values and blanks count as not set. */
export function readEnvironment(): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => !!entry[1]?.trim()));
}

/** Whether `LUCI_DEBUG` is on; asked before there are settings, because errors of theirs are told by it. */
export function isDebugOn(): boolean {
  const text = process.env['LUCI_DEBUG']?.trim();
  return text ? onOff.parse(text) === true : false;
}

/** What a program needs to find its files, its libraries and its language. */
const ofEveryProgram =
  /^(PATH|HOME|USER|LOGNAME|SHELL|TERM|LANG|LANGUAGE|LC_\w+|TZ|TZDIR|TMPDIR|TMP|TEMP|XDG_\w+|LD_LIBRARY_PATH|LD_PRELOAD|DYLD_\w+|LOCPATH|NO_COLOR)$/;
/** What programs of Windows fail without. */
const ofWindows =
  /^(SYSTEMROOT|WINDIR|SYSTEMDRIVE|COMSPEC|PATHEXT|OS|USERNAME|USERPROFILE|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|PROGRAM(FILES|DATA|W6432)(\(X86\))?|COMMONPROGRAMFILES(\(X86\))?|ALLUSERSPROFILE|NUMBER_OF_PROCESSORS|PROCESSOR_\w+)$/i;
/** What engines and the libraries below them are steered by. LLAMA_API_KEY is not among them. */
const ofEngines =
  /^((GGML|CUDA|NVIDIA|NCCL|CUBLAS|VK|VULKAN|MESA|HSA|HIP|ROCR|ROCM|GPU|AMD|MTL|METAL|OMP|GOMP|KMP|OPENBLAS|BLIS|MKL|MALLOC|GLIBC|LLAMA_ARG|LLAMA_LOG)_\w+|LLAMA_CACHE)$/;
/** What npm, pip and tar reach their registry with. Proxies hold passwords, and registries have keys. */
const ofFetchers =
  /^((HTTPS?|ALL|NO)_PROXY|npm_config_\w+|PIP_\w+|UV_INDEX\w*|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NETRC|PYTHON(HOME|PATH|IOENCODING|UTF8)|VIRTUAL_ENV|CONDA_PREFIX)$/i;
/** These go to nobody, whatever else is passed on. */
const neverPassedOn = /(TOKEN|SECRET|PASSWORD|CREDENTIAL|API_?KEY)/i;

type Environment = Readonly<Record<string, string>>;

/**
 * The environment of programs that run models: what is on a list, so that a secret nobody thought of stays here.
 * Native code of others needs none, and a crash of it may be written down with its environment.
 */
export function childEnvironment(environment: Environment): Record<string, string> {
  return only(environment, [ofEveryProgram, ofWindows, ofEngines], neverPassedOn);
}

/** What programs of the desktop find it by. */
const ofDesktop = /^(DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|DBUS_SESSION_BUS_ADDRESS)$/;

/** The environment of a program that belongs to the desktop, as the one that holds its clipboard. */
export function desktopEnvironment(environment: Environment): Record<string, string> {
  return { ...childEnvironment(environment), ...only(environment, [ofDesktop]) };
}

/** The command of the user's own editor of texts, with its flags; undefined where none is named. */
export function editorCommand(environment: Environment): string | undefined {
  return environment['VISUAL'] ?? environment['EDITOR'];
}

/** The environment of npm and pip, with what they reach their registry by. */
export function fetcherEnvironment(environment: Environment): Record<string, string> {
  return { ...childEnvironment(environment), ...only(environment, [ofFetchers]) };
}

function only(environment: Environment, lists: readonly RegExp[], except?: RegExp): Record<string, string> {
  const isPassed = ([name]: [string, string]): boolean => lists.some((list) => list.test(name)) && !except?.test(name);
  return Object.fromEntries(Object.entries(environment).filter(isPassed));
}
