const text = document.getElementById('text');

document.getElementById('show').addEventListener('click', async () => {
  (await port).postMessage({ text: text.value, at: new Date() });
});

port.then((port) => {
  port.onmessage = ({ data }) => console.log(`the preview shows ${data.words} words`);
});
