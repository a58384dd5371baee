import type { DefaultTheme, LocaleConfig, LocaleSpecificConfig } from 'vitepress';
import { type GroupTitles, translatedSidebar } from './sidebar.ts';

/** The words of the theme in one language. */
interface Words {
  readonly appearance: string;
  readonly close: string;
  readonly configuration: string;
  readonly description: string;
  readonly groups: GroupTitles;
  readonly guides: string;
  readonly menu: string;
  readonly next: string;
  readonly noResults: string;
  readonly onThisPage: string;
  readonly previous: string;
  readonly reference: string;
  readonly search: string;
  readonly select: string;
  readonly toTop: string;
}

const words: Readonly<Record<'ko' | 'zh', Words>> = {
  ko: {
    appearance: '화면 모드',
    close: '닫기',
    configuration: '설정 생성기',
    description: 'Node.js를 위한 FastCGI 스택',
    groups: { start: '시작', webServers: '웹 서버', processManagers: '프로세스 관리자' },
    guides: '안내',
    menu: '메뉴',
    next: '다음',
    noResults: '검색 결과가 없습니다',
    onThisPage: '이 페이지에서',
    previous: '이전',
    reference: 'API',
    search: '검색',
    select: '선택',
    toTop: '맨 위로',
  },
  zh: {
    appearance: '外观',
    close: '关闭',
    configuration: '配置生成器',
    description: '面向 Node.js 的 FastCGI 技术栈',
    groups: { start: '开始', webServers: 'Web 服务器', processManagers: '进程管理器' },
    guides: '指南',
    menu: '菜单',
    next: '下一页',
    noResults: '没有找到结果',
    onThisPage: '本页内容',
    previous: '上一页',
    reference: 'API',
    search: '搜索',
    select: '选择',
    toTop: '回到顶部',
  },
};

/** The site in each language: English has all pages, the others those that people need first. */
export const locales: LocaleConfig<DefaultTheme.Config> = {
  root: { label: 'English', lang: 'en' },
  ko: { label: '한국어', lang: 'ko', ...translated('ko') },
  zh: { label: '简体中文', lang: 'zh-CN', ...translated('zh') },
};

function translated(language: 'ko' | 'zh'): LocaleSpecificConfig<DefaultTheme.Config> {
  const { description, ...text } = words[language];
  return {
    description,
    themeConfig: {
      darkModeSwitchLabel: text.appearance,
      docFooter: { next: text.next, prev: text.previous },
      nav: [
        { text: text.guides, link: `/${language}/deploying` },
        { text: text.configuration, link: `/${language}/generator` },
        { text: text.reference, link: '/api/' },
      ],
      outline: { label: text.onThisPage, level: [2, 3] },
      returnToTopLabel: text.toTop,
      sidebar: translatedSidebar(language, text.groups),
      sidebarMenuLabel: text.menu,
    },
  };
}

/** The search, with its words in each language. */
export const search: DefaultTheme.LocalSearchOptions = {
  locales: { ko: { translations: searchWords('ko') }, zh: { translations: searchWords('zh') } },
  miniSearch: { options: { tokenize } },
};

function searchWords(language: 'ko' | 'zh'): NonNullable<DefaultTheme.LocalSearchOptions['translations']> {
  const { close, noResults, search, select } = words[language];
  return {
    button: { buttonAriaLabel: search, buttonText: search },
    modal: { footer: { closeText: close, selectText: select }, noResultsText: noResults },
  };
}

/** Chinese has no blanks between words. The page gets this function as text: it must not use anything outside. */
function tokenize(text: string): string[] {
  return text
    .split(/[\n\r\p{Z}\p{P}]+/u)
    .flatMap((word) =>
      /\p{Script=Han}/u.test(word)
        ? Array.from(
            new Intl.Segmenter('zh', { granularity: 'word' }).segment(word),
            ({ segment }) => segment,
          )
        : [word],
    );
}
