import { Encoder } from './encoder'
import type { Canvas } from './encoder'
import { isMirrored } from './mirrored'
import type { Stage } from './take'

type Host = { createSelectorQuery: () => WechatMiniprogram.SelectorQuery }

/** Return what filming needs of this page and this phone. */
export async function stageFor(page: Host, weak: boolean): Promise<Stage> {
  const { model, platform } = wx.getDeviceInfo()
  return {
    camera: wx.createCameraContext(),
    encoder: new Encoder(await canvasOf(page)),
    mirrored: isMirrored(platform, model),
    weak,
    device: `${model} ${platform}`.trim().slice(0, 64) || 'unknown',
    clock: () => Date.now(),
  }
}

/** Return this page's off-screen canvas. */
export function canvasOf(page: Host): Promise<Canvas> {
  return new Promise((resolve) => {
    const found = (nodes: { node: Canvas }[]) => resolve((nodes[0] as { node: Canvas }).node)
    page.createSelectorQuery().select('#encoder').fields({ node: true }).exec(found)
  })
}
