/** The tags the harness knows, for the compiler and for the host. */
export const BUILT_INS = new Set([
  'view', 'scroll-view', 'cover-view', 'cover-image', 'text', 'rich-text', 'icon', 'progress',
  'button', 'form', 'input', 'textarea', 'label', 'picker', 'switch', 'slider',
  'checkbox', 'checkbox-group', 'radio', 'radio-group',
  'image', 'camera', 'canvas', 'navigator', 'swiper', 'swiper-item',
  'page-meta', 'root-portal',
])

/** Words of the template language itself. */
export const TEMPLATE_WORDS = new Set(['block', 'template', 'include', 'import', 'slot', 'wxs'])
