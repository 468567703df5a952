/** Selector queries; glass-easel's own lack `node`, which WeChat has for canvases. */
export function queryCalls(host) {
  return {
    createSelectorQuery: () => host.pages.top.page.createSelectorQuery(),
    createIntersectionObserver: (page, options) => page.createIntersectionObserver(options),
  }
}

/** Let this.createSelectorQuery() of pages and components know `node`, too. */
export function watchQueries(ComponentCaller) {
  const original = ComponentCaller.prototype.createSelectorQuery
  ComponentCaller.prototype.createSelectorQuery = function createSelectorQuery() {
    return withNodes(original.call(this))
  }
}

function withNodes(query) {
  if (query.knowsNodes) return query
  query.knowsNodes = true
  const { select, exec } = query
  query.select = function selectWithNodes(selector) {
    const reference = select.call(query, selector)
    const { fields, node } = reference
    reference.fields = (wanted, callback) => fields.call(reference, { ...wanted, context: wanted.node }, callback)
    reference.node = node ?? ((callback) => reference.fields({ node: true }, callback))
    return reference
  }
  query.exec = (callback) => exec.call(query, (results) => {
    for (const result of results) if (result?.context) result.node = result.context.node
    callback?.(results)
  })
  return query
}
