/** What the address of the phone page says; see README.md of the harness. */
const given = new URLSearchParams(location.search)

export const parameters = {
  openid: given.get('openid') ?? '',
  /** A page with its query, as a message or a code carries it. */
  page: (given.get('page') ?? '').replace(/^\//, ''),
  /** How the mini-program was opened: 1047 = a code was scanned, 1014 = a subscribed message. */
  scene: Number(given.get('scene') ?? 1014),
  server: given.get('server') ?? location.origin,
  simulator: given.get('simulator') ?? location.origin,
  /** A film's address to be shown to the camera instead of the real one. */
  film: given.get('film') || null,
  /** The code of a report in devices/ whose camera this phone has. */
  device: given.get('device') ?? '',
  /** Which build this is: release, trial or develop. */
  env: given.get('env') ?? 'release',
  /** Whether this phone has VisionKit. */
  vk: given.get('vk') === '1',
  platform: given.get('platform') ?? 'android',
  library: given.get('library') ?? '3.8.12',
  /** WeChat's own text size in px, 16 is "standard". */
  fontSize: Number(given.get('font') ?? 16),
  language: given.get('language') ?? 'zh_CN',
}

const failing = new Set((given.get('fails') ?? '').split(','))

/** Tell whether a call is one that this phone never does: `unlink`, `frames` (the listener's start) or `stop` (nobody is told). */
export function fails(name) {
  return failing.has(name)
}
