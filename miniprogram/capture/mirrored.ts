/**
 * Whether the front camera's frames (not its preview) come mirrored. WeChat does not say it with the frame.
 * Made by python -m scripts.miniprogram from devices/*.json, the reports of pages/check; what no phone has
 * reported is assumed. A wrong entry makes left and right turns fail.
 */
const MIRRORED: Record<string, boolean> = {
  "android": false,
  "ios": false,
  "ohos": false,
  "windows": false,
  "mac": false,
  "devtools": false,
}

// Phones that differ from the others of their platform.
const APART: Record<string, boolean> = {}

export function isMirrored(platform: string, model = ''): boolean {
  return APART[model] ?? MIRRORED[platform.toLowerCase()] ?? false
}
