import { Argument, Command } from 'commander';

const examples = `
Examples:
  source <(fcgi completion bash)                                          in ~/.bashrc
  source <(fcgi completion zsh)                                           in ~/.zshrc
  fcgi completion fish > ~/.config/fish/completions/fcgi.fish
`;

const SHELLS = ['bash', 'zsh', 'fish'];

/** `fcgi completion SHELL`: a script that completes what is typed after `fcgi`. */
export function completionCommand(createProgram: () => Command): Command {
  return new Command('completion')
    .summary('prints a script that completes commands and options in a shell')
    .description('Prints a script for a shell that completes commands, options and their choices.')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText('after', examples)
    .action(async (shell: string) => {
      const completion = await load(createProgram());
      completion.setup('fcgi', 'fcgi', shell);
    });
}

/** `fcgi complete -- WORDS`: what the script asks. */
export function completeCommand(createProgram: () => Command): Command {
  return new Command('complete')
    .description('Prints what may come after the words.')
    .argument('[words...]', 'what has been typed')
    .action(async (words: string[]) => {
      const completion = await load(createProgram());
      completion.parse(words);
    });
}

/** Everything comes from the program's own definitions. */
async function load(program: Command) {
  const { default: tab } = await import('@bomb.sh/tab/commander');
  return tab(program, { completionCommandName: 'completion' });
}
