// The entry of yargs-parser that needs nothing of Node; its types come with the other entry only.
declare module 'yargs-parser/browser' {
  import yargsParser from 'yargs-parser';
  // biome-ignore lint/style/noDefaultExport: the package has it so.
  export default yargsParser;
}
