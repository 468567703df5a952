/** VisionKit needs a phone's own camera pipeline: here it says, as on many phones, that there is none. */
const UNSUPPORTED = 2000004

export function visionKitCalls() {
  return {
    isVKSupport: () => false,
    createVKSession: () => ({
      start: (begun) => void setTimeout(() => begun(UNSUPPORTED)),
      stop: () => undefined,
      destroy: () => undefined,
      requestAnimationFrame: (draw) => requestAnimationFrame(draw),
      getVKFrame: () => null,
    }),
  }
}
