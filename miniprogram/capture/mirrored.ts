/**
 * Whether the front camera's frames (not its preview) come mirrored, by platform. WeChat does not
 * say it with the frame; MANUAL.md tells how it is measured on a real phone. A wrong entry makes
 * left and right turns fail.
 */
const MIRRORED: Record<string, boolean> = {
  android: false,
  ios: false,
  ohos: false,
  windows: false,
  mac: false,
  devtools: false,
}

export function isMirrored(platform: string): boolean {
  return MIRRORED[platform.toLowerCase()] ?? false
}
