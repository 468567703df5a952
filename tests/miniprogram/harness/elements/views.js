/** view, text, scroll-view, cover-view, swiper and other boxes. */
import { BuiltIn, declare } from './base.js'

class View extends BuiltIn {}

class Text extends BuiltIn {
  static properties = { ...declare('flag', 'selectable user-select decode'), ...declare('value', 'space') }
}

class ScrollView extends BuiltIn {
  static properties = {
    ...declare('flag', 'scroll-x scroll-y enable-flex scroll-with-animation enhanced show-scrollbar enable-passive'),
    ...declare('value', 'scroll-top scroll-left scroll-into-view upper-threshold lower-threshold type'),
  }

  build() {
    this.addEventListener('scroll', () => {
      const { scrollTop, scrollLeft, scrollHeight, scrollWidth } = this
      this.fire('scroll', { scrollTop, scrollLeft, scrollHeight, scrollWidth })
      if (scrollTop + this.clientHeight >= scrollHeight - 1) this.fire('scrolltolower', { direction: 'bottom' })
    })
  }

  update(name) {
    if (name === 'scroll-top') this.scrollTop = Number(this.properties[name])
    if (name === 'scroll-into-view' && this.properties[name]) {
      this.querySelector(`[mp-id="${CSS.escape(this.properties[name])}"]`)?.scrollIntoView()
    }
    // A box that scrolls must be reachable without a finger.
    this.tabIndex = this.properties['scroll-y'] || this.properties['scroll-x'] ? 0 : -1
  }
}

class CoverView extends BuiltIn {
  static properties = declare('value', 'scroll-top')
}

class Swiper extends BuiltIn {
  static properties = {
    ...declare('flag', 'indicator-dots autoplay circular vertical'),
    ...declare('value', 'current interval duration indicator-color indicator-active-color'),
  }
}

class SwiperItem extends BuiltIn {
  static properties = declare('value', 'item-id')
}

class RootPortal extends BuiltIn {
  static properties = declare('flag', 'enable')
}

export const views = {
  view: View,
  page: View,
  text: Text,
  'scroll-view': ScrollView,
  'cover-view': CoverView,
  swiper: Swiper,
  'swiper-item': SwiperItem,
  'root-portal': RootPortal,
}
