// `newsroom` is what the preload script exposed, and all that there is.
const onClick = (id, action) => document.getElementById(id).addEventListener('click', action);

let unfollow = () => {};

onClick('follow', () => {
  unfollow = newsroom.follow(({ issue, headline }) => console.log(`read issue ${issue}: ${headline}`));
  console.log(`followers: ${newsroom.followers()}`);
});

onClick('unfollow', () => {
  unfollow();
  console.log(`followers: ${newsroom.followers()}`);
});

onClick('publish', async () => {
  newsroom.publish('all is well');
  console.log(`the latest issue is ${await newsroom.latest()}`);
});

console.log(`require: ${typeof require}, process: ${typeof process}, newsroom: ${Object.keys(newsroom).join(' ')}`);
