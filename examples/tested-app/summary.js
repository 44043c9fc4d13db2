exports.summary = (text) => {
  const words = text.split(/\s+/).filter((word) => word !== '').length;
  if (words === 0) return { words, title: 'empty' };
  return { words, title: text.trim().split('\n')[0] };
};
