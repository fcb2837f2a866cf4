import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["**/.*/", "docs/_build/", "build/", "dist/"] },
  js.configs.recommended,
  {
    files: ["src/**/*.js"],
    languageOptions: { ecmaVersion: 2022, sourceType: "module", globals: globals.browser },
    rules: {
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-implied-eval": "error",
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Text of pilots must not become HTML: make nodes with dom.js." },
        { property: "outerHTML", message: "Text of pilots must not become HTML: make nodes with dom.js." },
        { property: "insertAdjacentHTML", message: "Text of pilots must not become HTML: make nodes with dom.js." },
      ],
    },
  },
  {
    files: ["tests/**/*.js", "*.js"],
    languageOptions: { ecmaVersion: 2022, sourceType: "module", globals: globals.node },
  },
];
