// What an export says. Three of the four are the panel's own (static/src/strings); a test keeps them alike.
const WORDS = {
  de: {
    labels: "Stichwörter",
    none: "Noch keine Stichwörter",
    unavailable: "Die Stichwörter sind gerade nicht verfügbar.",
    unseen: "Die Stichwörter fehlen hier: Label UP darf diese Seite beim Exportieren nicht sehen.",
  },
  en: {
    labels: "Labels",
    none: "No labels yet",
    unavailable: "Labels are not available right now.",
    unseen: "The labels are missing here: Label UP may not view this page when it is exported.",
  },
  es: {
    labels: "Etiquetas",
    none: "Aún no hay etiquetas",
    unavailable: "Las etiquetas no están disponibles en este momento.",
    unseen: "Aquí faltan las etiquetas: Label UP no puede ver esta página al exportarla.",
  },
  fr: {
    labels: "Étiquettes",
    none: "Aucune étiquette pour l’instant",
    unavailable: "Les étiquettes ne sont pas disponibles pour le moment.",
    unseen: "Les étiquettes manquent ici : Label UP n’est pas autorisé à voir cette page lors de l’export.",
  },
  ja: {
    labels: "ラベル",
    none: "ラベルはまだありません",
    unavailable: "現在、ラベルを表示できません。",
    unseen: "ここにラベルは表示されません。Label UP にはエクスポート時にこのページを閲覧する権限がありません。",
  },
};

/** The words in the language of a locale such as "de-DE", or else in English. */
export const wordsIn = (locale) => WORDS[String(locale).slice(0, 2).toLowerCase()] ?? WORDS.en;
