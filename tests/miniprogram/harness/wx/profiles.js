/** Cameras of phones that have reported (devices/); made by python -m scripts.miniprogram. */
export const PROFILES = {
  "6YP8QVMG": {
    "width": 480,
    "height": 640,
    "fps": 13.9,
    "mirrored": false,
    "model": "harness",
    "platform": "devtools"
  }
}
