const article = document.getElementById('text');

port.then((port) => {
  // Setting onmessage opens the port; what was posted before that has waited in it.
  port.onmessage = ({ data }) => {
    article.textContent = data.text;
    const words = article.textContent.split(/\s+/).filter(Boolean).length;
    console.log(`shows '${article.textContent}', a Date: ${data.at instanceof Date}`);
    port.postMessage({ words });
  };
});
