import { useData } from 'vitepress';
import { type ComputedRef, computed } from 'vue';
import { wordsOf } from '../../src/generator/words/of-locale.ts';
import type { Words } from '../../src/generator/words/words.ts';

/** The text of the form in the language of the page. */
export function useWords(): ComputedRef<Words> {
  const { localeIndex } = useData();
  return computed(() => wordsOf(localeIndex.value));
}
