FROM node:22-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev

FROM node:22-slim
ENV NODE_ENV=production PATH=/app/node_modules/.bin:$PATH
WORKDIR /app
# With node_modules in .dockerignore.
COPY . .
COPY --from=dependencies /app/node_modules ./node_modules
# Its files belong to root: it cannot change them.
USER node
EXPOSE 9000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["fcgi","ping","127.0.0.1:9000"]
CMD ["fcgi","run","--listen","0.0.0.0:9000","--allow","127.0.0.1","--allow","10.0.0.0/8","--allow","172.16.0.0/12","--allow","192.168.0.0/16","--allow","fc00::/7","--stop-timeout","30","server.js"]
