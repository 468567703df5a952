/**
 * Runs in the page, before it: in place of the camera somebody who rests, and who smiles when told to.
 *
 * A film that plays by itself would smile too early or too late on a busy machine, and again when its
 * one smile comes round, which is rightly called a loop.
 */
export function act({ pictures, resting, width, height }) {
  const FPS = 15
  // Each picture of the rest fades into the next so slowly that none comes back within one take.
  const RESTING_MS = 1250
  const SMILE_MS = 3200
  const REACTION_MS = 400
  const TOLD = /笑|Smile/
  const loaded = Promise.all(Array.from({ length: pictures }, async (_, n) => {
    const answer = await fetch(`/actor/${n}.jpg`)
    return createImageBitmap(await answer.blob())
  }))

  navigator.mediaDevices.getUserMedia = async () => {
    const shown = await loaded
    const canvas = Object.assign(document.createElement('canvas'), { width, height })
    const context = canvas.getContext('2d')
    const stream = canvas.captureStream()
    const [track] = stream.getTracks()
    let toldAt = null
    const smiling = (now) => {
      const said = document.querySelector('[mp-id=say]')?.textContent ?? ''
      // Once a try: what is said for a moment in between does not make anybody begin again.
      if (!document.querySelector('[mp-id=hard]')) toldAt = null
      else if (toldAt === null && TOLD.test(said)) toldAt = now
      const since = toldAt === null ? -1 : now - toldAt - REACTION_MS
      return since >= 0 && since < SMILE_MS ? (since / SMILE_MS) * pictures : null
    }
    const draw = () => {
      if (track.readyState === 'ended') clearInterval(timer)
      const now = performance.now()
      // A hand is never quite still, and never twice in the same place.
      const t = now / 1000
      const across = 3 * Math.sin(1.3 * t) + 2 * Math.sin(3.1 * t)
      const down = 3 * Math.sin(1.7 * t + 1) + 2 * Math.sin(2.6 * t)
      const place = [across - 5, down - 5, width + 10, height + 10]
      const smile = smiling(now)
      const at = smile ?? now / RESTING_MS
      const shownAt = (n) => shown[smile === null ? thereAndBack(n, resting) : n]
      context.globalAlpha = 1
      context.drawImage(shownAt(Math.floor(at)), ...place)
      if (smile !== null) return
      context.globalAlpha = at % 1
      context.drawImage(shownAt(Math.floor(at) + 1), ...place)
    }
    const timer = setInterval(draw, 1000 / FPS)
    draw()
    return stream
  }

  function thereAndBack(n, length) {
    const at = n % (2 * length - 2)
    return at < length ? at : 2 * length - 2 - at
  }
}
