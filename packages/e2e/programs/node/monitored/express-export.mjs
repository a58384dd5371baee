import express from './express.cjs';

export const app = express.makeApp();
