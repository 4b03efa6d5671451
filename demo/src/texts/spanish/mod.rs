//! What people of the made-up community say in Spanish.

mod manner;
mod questions;
mod talk;

use super::Voice;
use manner::{CONTRIBUTE, MACHINE, OUTAGE, PROGRAM};

pub(super) const VOICE: Voice = Voice {
    woods: &["arce", "nogal", "fresno", "cerezo", "olivo", "roble", "boj", "algarrobo", "naranjo", "castaño"],
    others: &["latón", "aluminio"],
    // All of them masculine, so that every sentence fits.
    parts: &[
        "cuenco",
        "huso",
        "candelero",
        "pomo",
        "casquillo",
        "mango",
        "jarrón",
        "tirador",
        "mortero",
        "trompo",
    ],
    topics: &[questions::TOPICS, talk::TOPICS],
    greetings: &[
        "Hola a todos:",
        "Buenas,",
        "Hola,",
        "Buenos días,",
        "Buenas tardes desde el taller:",
        "Estimados:",
        "Qué tal,",
    ],
    farewells: &["{me}", "Saludos,\n{me}", "Un saludo\n{me}", "Gracias y saludos\n{me}", "-- \n{me}"],
    program: PROGRAM,
    machine: MACHINE,
    contribute: CONTRIBUTE,
    outage: OUTAGE,
    asides: &[
        "(Escrito entre dos capas de aceite en un {part} de {wood}.)",
        "Saludos desde detrás de una {mach}, {n} grados aquí dentro.",
        "Mientras tanto espera un {part} de {wood}, faltan {mm} mm.",
        "Vuelvo al {part}, que el {wood} no espera.",
        "Tecleado con {n} astillas de {wood} en el pulgar.",
    ],
    grateful: &[
        "Gracias por la bienvenida, {you}.",
        "Gracias, {you}, hoy mismo lo miro.",
        "Muy amable, {you}. Pronto, fotos.",
    ],
    welcome: &[
        "¡Te damos la bienvenida! En los ejemplos hay un {part} muy bueno para empezar.",
        "Qué bien tenerte aquí, {me}. Pregunta sin miedo, todos hemos roto un {part}.",
        "¡Hola, {me}! En {os} instala directamente la {ver}.",
        "¡Hola! Enséñanos el primer {part} cuando salga.",
        "Otra {mach}, {me}, hay que fundar un club.",
        "Saludos desde [Oaxaca|Rosario|Vigo|Medellín], {me}.",
    ],
    praise: &[
        "Qué curva tan bonita. ¿Con qué herramienta hiciste el interior?",
        "Muy limpio. ¿Qué acabado lleva?",
        "A {rpm} rpm en {wood}, yo no me atrevo.",
        "¿Compartes el perfil? Me gustaría probarlo en {wood}.",
        "Dan ganas de irse al taller ahora mismo.",
        "El pie es lo mejor, qué ligero.",
        "¿Cuánto tardaste, {me}?",
        "El mío parecía una patata.",
    ],
    modest: &[
        "¡Gracias, {you}! {n} capas, con un día entre medias.",
        "Solo gubia y calma, {you}.",
        "El perfil ya está en Share.",
        "La parte de atrás mejor no la enseño.",
    ],
    heard: &[
        "En {os} va sin problemas.",
        "¡Gracias por el trabajo!",
        "Lo pruebo el sábado en la {mach}.",
        "Genial, lo estaba esperando.",
    ],
};
