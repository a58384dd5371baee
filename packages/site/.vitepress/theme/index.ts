import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import { h } from 'vue';
import ConfigGenerator from './ConfigGenerator.vue';
import FirstCommands from './FirstCommands.vue';
import './style.css';

export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { 'home-hero-actions-after': () => h(FirstCommands) }),
  enhanceApp({ app }) {
    app.component('ConfigGenerator', ConfigGenerator);
  },
} satisfies Theme;
