use super::Window;

#[test]
fn scripts_read_and_write_xml() {
    let window = Window::with("<p>");
    window.run("globalThis.xml = (text, type = 'text/xml') => new DOMParser().parseFromString(text, type); globalThis.write = (node) => new XMLSerializer().serializeToString(node)");
    window.run("globalThis.feed = xml(`<?xml version='1.0'?><rss xmlns:dc='urn:dc' xmlns:a='urn:a'><channel><item id='1'><title>A &amp; B</title><dc:date>now</dc:date><Link/></item><item><a:x/></item></channel></rss>`)");
    window.check(&[
        ("feed.documentElement.tagName + feed.contentType + feed.querySelectorAll('item').length", "rsstext/xml2"),
        ("feed.querySelector('title').textContent", "A & B"),
        ("[...feed.getElementsByTagName('dc:date')].map((one) => [one.prefix, one.localName, one.namespaceURI, one.nodeName, one.textContent])", "dc,date,urn:dc,dc:date,now"),
        ("feed.getElementsByTagNameNS('urn:a', '*').length + feed.getElementsByTagNameNS('*', 'date').length", "2"),
        ("feed.querySelector('Link').tagName + feed.querySelector('link')", "Linknull"),
        ("feed.getElementById('1').localName + (feed.documentElement.firstChild.parentNode === feed.documentElement)", "itemtrue"),
        ("feed.querySelector('parsererror')", "null"),
        ("write(feed)", "<rss xmlns:dc=\"urn:dc\" xmlns:a=\"urn:a\"><channel><item id=\"1\"><title>A &amp; B</title><dc:date>now</dc:date><Link/></item><item><a:x/></item></channel></rss>"),
        ("write(feed.querySelector('item').nextSibling.firstChild)", "<a:x xmlns:a=\"urn:a\"/>"),
        ("xml('<a>\\n<b></a>').querySelector('parsererror').textContent", "This page contains the following errors:error on line 2 at column 8: Opening and ending tag mismatch: b and a\n"),
        ("xml('<a>&nbsp;</a>').getElementsByTagName('parsererror').length", "1"),
        ("(() => { const svg = xml('<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"><linearGradient/></svg>', 'image/svg+xml').documentElement; return [svg instanceof SVGElement, svg.firstChild.tagName, write(svg)] })()", "true,linearGradient,<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"><linearGradient/></svg>"),
        ("(() => { const made = document.implementation.createDocument('urn:x', 'p:root'); made.documentElement.appendChild(made.createElementNS('urn:x', 'p:leaf')).setAttribute('k', '<'); return write(made) })()", "<p:root xmlns:p=\"urn:x\"><p:leaf k=\"&lt;\"/></p:root>"),
        ("xml('<p/>', 'text/plain')", "TypeError: Failed to execute 'parseFromString' on 'DOMParser': The provided value 'text/plain' is not a valid enum value of type SupportedType."),
        ("xml('<script>globalThis.ran = 1</script>', 'application/xhtml+xml').nodeType + '' + globalThis.ran", "9undefined"),
        ("document.adoptNode(xml('<b xmlns=\"http://www.w3.org/1999/xhtml\">x</b>').documentElement).outerHTML", "<b xmlns=\"http://www.w3.org/1999/xhtml\">x</b>"),
    ]);
}
