//! What people say around a question in Spanish.

use crate::texts::Manner;

/// Around questions about the program.
pub(super) const PROGRAM: Manner = Manner {
    asks: &[
        "¿A alguien más le pasa?",
        "¿Qué se me escapa?",
        "¿[Alguna idea|Alguna pista]?",
        "¿Es [normal|un fallo conocido]?",
        "¿Por dónde empezaríais?",
        "¿Cómo lo hacen ustedes?",
    ],
    closings: &[
        "Gracias de antemano.",
        "Puedo pasar el archivo.",
        "Se agradece cualquier pista.",
        "No corre prisa, [la madera tiene que secar|hasta el sábado no vuelvo al taller].",
        "Seguro que es una tontería.",
        "Pruebo lo que haga falta.",
    ],
    context: &[
        "[Uso|Tengo] la {ver} en {os}.",
        "En la {old} iba bien.",
        "Adjunto una captura, en rojo el sitio exacto.",
        "En el manual no [sale nada|lo encuentro].",
        "Con un archivo nuevo pasa igual.",
        "Reiniciar [no cambia nada|sirve un rato].",
        "La máquina es una {mach}[, de unos {n} años|].",
        "Lo noté [ayer|el domingo|la semana pasada] con un {part} de {wood}.",
    ],
    tails: &[
        "Cuéntanos si funciona.",
        "Aquí con la {ver} en {os} va así.",
        "Si no, pon el registro, con veinte líneas basta.",
        "A mí me costó [una tarde|un fin de semana].",
        "Haz antes una copia.",
        "Suena raro, pero funciona.",
    ],
    thanks: &[
        "Era eso, ¡muchas gracias!",
        "Ya funciona[, {you}|]. Nunca habría mirado ahí.",
        "Perfecto, el {part} salió limpio. Gracias.",
        "Resuelto, gracias {you}.",
        "Me has salvado la tarde[, {you}|].",
        "[Claro|Qué fácil]. ¡Gracias!",
        "Probado en la {mach}: va. Mil gracias.",
        "Hoy aprendí algo. Gracias, {you}.",
    ],
    glad: &[
        "¡De nada!",
        "Me alegro, {you}.",
        "Cuando quieras. ¡Enséñanos el {part}!",
        "Gracias por volver a contarlo.",
    ],
    wonders: &[
        "Una pregunta antes, {you}:",
        "A ver.",
        "Para no adivinar:",
        "Tengo una sospecha.",
        "Desde aquí es difícil, {you}.",
        "Se me ocurren {n} motivos.",
    ],
    failed: &[
        "Pues nada, {you}. Dos veces y reiniciando en medio.",
        "Gracias, pero ya lo tenía así. ¿Qué más puede ser?",
        "Mejor, pero no del todo. Ahora solo con el {part}.",
        "No encuentro eso en la {ver}. ¿Se llama distinto en {os}?",
    ],
    again: &["Entonces prueba esto:", "Qué raro. A mí además me sirvió:", "Añado, {you}:", "Otra idea."],
    agree: &[
        "El mismo problema con la {ver} en {os}.",
        "Está en el manual, pero escondido.",
        "Sigo el hilo, tengo un {part} con el mismo fallo.",
        "Buena pregunta, siempre lo quise saber.",
    ],
    loose: &[
        "@{you} eso me pasó con la {ver}, con la siguiente se fue.",
        "{you}, ¿qué máquina es? La mía, una {mach}, no pasa de {rpm2} rpm.",
        "@{you} prueba con el {part} de los ejemplos y sabrás si es el archivo.",
        "@{you} aquí en {os} igual, desde la {ver}.",
        "[no estoy seguro|quizá sirva], {you}, pero en el foro hubo algo por la época de la {old}.",
        "{you}: con {wood}, paciencia y {mm2} mm menos por pasada.",
        "@{you} pon una foto del {part}, se me ocurren {n} causas.",
    ],
    nudge: &[
        "Sigo atascado con esto. ¿Alguna idea?",
        "Lo subo otra vez. Con {wood} pasa lo mismo.",
        "¿Nadie? Acepto hasta una corazonada.",
        "Ya con la {ver}, y sigue igual.",
    ],
};

/// Around questions about machines and material.
pub(super) const MACHINE: Manner = Manner {
    closings: &[
        "Gracias de antemano.",
        "Se agradece cualquier pista.",
        "No corre prisa, [la madera tiene que secar|hasta el sábado no vuelvo al taller].",
        "Ya tengo leña para todo el invierno.",
        "Prefiero preguntar a perder otro {part}.",
    ],
    context: &[
        "La máquina es una {mach}[, de unos {n} años|].",
        "Lo noté [ayer|el domingo|la semana pasada] con un {part}.",
        "Con {wood} es [peor|igual|algo mejor].",
        "Adjunto una foto, se ve a la [izquierda|derecha].",
        "Es la primera vez que lo hago.",
        "En la tienda se encogieron de hombros.",
    ],
    tails: &[
        "Cuéntanos si funciona.",
        "Prueba antes con un resto.",
        "Suena raro, pero funciona.",
        "A mí me costó un invierno.",
        "Y al arrancar, apártate a un lado.",
    ],
    agree: &[
        "Lo confirmo, en mi {mach} también.",
        "Mira antes la longitud de la herramienta.",
        "A mí también me sirvió con {wood}.",
        "Yo empezaría con {rpm2} rpm.",
        "Sigo el hilo, tengo un {part} con lo mismo.",
        "¿Vale también para {wood}?",
        "Mi maestro decía lo mismo, con peores palabras.",
    ],
    ..PROGRAM
};

/// Nobody works on the program in Spanish; a thing less to write.
pub(super) const CONTRIBUTE: Manner = PROGRAM;

/// While Share and Sync are down.
pub(super) const OUTAGE: Manner = PROGRAM;
