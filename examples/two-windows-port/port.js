// The port to the other window, once the preload script has passed it on.
const port = new Promise((resolve) => {
  window.addEventListener('message', function received(event) {
    // Other scripts may post to this window too.
    if (event.source !== window || event.ports.length !== 1) return;
    window.removeEventListener('message', received);
    resolve(event.ports[0]);
  });
});
