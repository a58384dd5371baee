import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import ConfigGenerator from './ConfigGenerator.vue';
import './style.css';

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('ConfigGenerator', ConfigGenerator);
  },
} satisfies Theme;
