import { useData } from 'vitepress';
import { computed } from 'vue';

/** What VitePress asks to offer other languages; it has this in place of its own (see config.ts). */
export function useLangs({ correspondingLink = false } = {}) {
  const { frontmatter, hash, localeIndex, site } = useData();
  const homeOf = (locale: string) => (locale === 'root' ? '/' : `/${locale}/`);
  const currentLang = computed(() => ({
    label: site.value.locales[localeIndex.value]?.label,
    link: homeOf(localeIndex.value),
  }));
  const localeLinks = computed(() =>
    Object.entries(site.value.locales)
      .filter(([locale]) => locale !== localeIndex.value)
      .map(([locale, { label }]) => {
        const translation: string | undefined = frontmatter.value['translations']?.[locale];
        const page = correspondingLink ? translation : undefined;
        return { text: label, link: (page ?? homeOf(locale)) + hash.value };
      }),
  );
  return { currentLang, localeLinks };
}
