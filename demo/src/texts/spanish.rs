//! What people of the made-up community say in Spanish.

use super::{Topic, Voice};

pub(super) const VOICE: Voice = Voice {
    materials: &["arce", "nogal", "fresno", "latón", "cerezo", "olivo", "haya", "aluminio", "roble"],
    parts: &["cuenco", "huso", "candelero", "pomo", "casquillo", "mango", "jarrón", "tirador"],
    greetings: &["Hola a todos:", "Buenas,", "Hola,", "Buenos días,", "Una pregunta rápida:", "", "", ""],
    closings: &[
        "Gracias de antemano.",
        "¿A alguien más le pasa?",
        "Puedo pasar el archivo.",
        "¿Qué se me escapa?",
        "",
        "",
        "",
    ],
    topics: TOPICS,
    intro: &[
        "Hola, soy nuevo por aquí. Torneo {mat} con una {mach} y quiero dejar de dibujar a mano.",
        "Buenas, taller pequeño, sobre todo {mat}. Me alegra haber encontrado este sitio.",
        "Hola, doy clases de tecnología y busco algo para que mis alumnos diseñen un {part}.",
        "Me presento: aficionado, fines de semana, Lathe {ver} en {os}. ¿Algún primer proyecto?",
        "Saludos desde el sur. Vine por las plantillas y me quedo por la gente.",
    ],
    welcome: &[
        "¡Bienvenido! En los ejemplos hay un {part} muy bueno para empezar.",
        "Qué bien tenerte aquí. Pregunta sin miedo, todos hemos roto un {part}.",
        "Bienvenido. En {os} instala directamente la {ver}.",
        "¡Hola! Enséñanos el primer {part} cuando salga.",
    ],
    show: &[
        "Terminado hoy: un {part} en {mat}, última pasada a {rpm} rpm.",
        "El primer {part} que me atrevo a regalar. Dibujado en la {ver}.",
        "Tres intentos y por fin el {part} salió entero. El {mat} no perdona.",
        "Juego de seis, todos iguales con {mm} mm de diferencia.",
        "De un resto de {mat}: {part} con la grieta rellena.",
    ],
    praise: &[
        "Qué curva tan bonita. ¿Con qué herramienta hiciste el interior?",
        "Muy limpio. ¿Qué acabado lleva?",
        "A {rpm} rpm en {mat}, yo no me atrevo.",
        "¿Compartes el perfil? Me gustaría probarlo en {mat}.",
        "Dan ganas de irse al taller ahora mismo.",
    ],
    chat: &[
        "¿Guardáis también las piezas rotas? Mi caja está llena.",
        "Taller barrido y {mach} engrasada. Buen fin de semana.",
        "Hoy aprendí que el polvo de {mat} y la camisa blanca no se llevan.",
        "¿Ya está la {ver} para {os}?",
        "¿Quién va a la feria el mes que viene?",
        "Todas las gubias afiladas. Parece otra máquina.",
        "¿Qué hacéis con las virutas? Tengo cuatro sacos de {mat}.",
        "La vista nueva de la {ver} me gusta mucho.",
    ],
    banter: &[
        "Igual por aquí.",
        "Me apunto.",
        "Al compost, y el resto para las gallinas del vecino.",
        "Buena idea, te la copio.",
        "Solo si hay tarta.",
        "Fui el año pasado, merece la pena.",
        "Con {mat} me pasó lo mismo.",
    ],
    news: &[
        "Ya está la Lathe {ver}: vista previa más rápida y las unidades se conservan al importar.",
        "Esta noche el foro estará una hora en solo lectura.",
        "El manual en español tiene un capítulo nuevo sobre {mat}.",
    ],
    heard: &[
        "En {os} va sin problemas.",
        "¡Gracias por el trabajo!",
        "Lo pruebo el sábado en la {mach}.",
        "Genial, lo estaba esperando.",
    ],
    thanks: &[
        "Era eso, ¡muchas gracias!",
        "Ya funciona. Nunca habría mirado ahí.",
        "Perfecto, el {part} salió limpio. Gracias.",
        "Resuelto. Los {mm} mm eran la clave.",
        "Me has salvado la tarde.",
    ],
    agree: &[
        "Lo confirmo, en mi {mach} también.",
        "El mismo problema con la {ver} en {os}.",
        "Mira antes la longitud de la herramienta.",
        "Está en el manual, pero escondido.",
        "A mí también me sirvió con {mat}.",
        "Yo empezaría con {rpm} rpm.",
        "Sigo el hilo, tengo un {part} con el mismo fallo.",
    ],
    nudge: &["Sigo atascado con esto. ¿Alguna idea?", "Lo subo otra vez. Con {mat} pasa lo mismo."],
};

const TOPICS: &[Topic] = &[
    Topic {
        titles: &["Vibraciones en {mat}", "Marcas en la superficie a {rpm} rpm"],
        open: &[
            "A unas {rpm} rpm me salen marcas de vibración en {mat}. La herramienta está afilada.",
            "Desde que uso la {mach} cada {part} tiene ondas finas, a {mm} mm una de otra.",
        ],
        ask: &["¿Cuánto sobresale la pieza del plato?", "¿Usas luneta?"],
        detail: &["Unos quince centímetros.", "No, solo el contrapunto."],
        answer: &[
            "Demasiado largo. Pon una luneta en el centro y baja a {rpm} rpm.",
            "Haz variar la velocidad: Trayectoria, Husillo, Variación. Con un 8 % basta.",
            "Acaba primero el centro, mientras queda material, y por debajo de {mm} mm.",
        ],
    },
    Topic {
        titles: &["El DXF llega con otro tamaño", "Unidades al importar DXF"],
        open: &[
            "Al importar, mi {part} sale 25 veces más grande. Lo dibujé en milímetros.",
            "Todos los DXF de mi programa antiguo llegan diminutos. {ver} en {os}.",
        ],
        ask: &["¿Qué unidad pone en la cabecera?", "¿Pasa también con los ejemplos?"],
        detail: &["No veo ninguna.", "Con los ejemplos no."],
        answer: &[
            "Sin unidad se leen como pulgadas. Activa «Unidad: preguntar» y elige milímetros.",
            "Pon $INSUNITS a 4 con un editor de texto y queda arreglado.",
        ],
    },
    Topic {
        titles: &["Posprocesador para la {mach}", "La {mach} se para tras la primera pasada"],
        open: &[
            "La {mach} se para tras la primera pasada. El código es de Lathe {ver}.",
            "¿Qué posprocesador usáis con la {mach}?",
        ],
        ask: &["¿En qué línea?", "¿Qué mensaje da el control?"],
        detail: &["En una con G96.", "Error 20, nada más."],
        answer: &[
            "Ese control no conoce la velocidad de corte constante. Desactívala en la definición de la máquina.",
            "En la carpeta compartida hay una definición para la {mach}, a mí me funciona.",
        ],
    },
    Topic {
        titles: &["¿Hasta qué grosor de pared?", "Pared fina en {mat}"],
        open: &[
            "¿Qué grosor de pared dejáis en un {part} de {mat}? Tengo {mm} mm en el dibujo.",
            "Los tres últimos se me rompieron al vaciar, con la madera todavía verde.",
        ],
        ask: &["¿Está seca la madera?", "¿Qué herramienta usas dentro?"],
        detail: &["Alrededor del 14 %.", "Una rasqueta recién afilada."],
        answer: &[
            "Con {mat} no bajes de {mm} mm hasta que seque, y luego tornea otra vez.",
            "Vista, Analizar, Pared: lo demasiado fino se ve en rojo.",
        ],
    },
    Topic {
        titles: &["Herramientas perdidas al actualizar", "¿Dónde se guardan las herramientas?"],
        open: &[
            "Tras actualizar a la {ver} no queda ninguna herramienta, {os}.",
            "Quiero las mismas herramientas en el portátil y en el taller. ¿Cómo?",
        ],
        ask: &["¿Hay al lado una carpeta con el número antiguo?", "¿Está en una unidad de red?"],
        detail: &["Sí, y tiene un archivo tools.", "Sí, la de la asociación."],
        answer: &[
            "Copia tools.toml de la carpeta antigua y reinicia. No se borra nada.",
            "Ajustes, Biblioteca, Ruta: el mismo archivo en las dos, pero sin editar a la vez.",
        ],
    },
];
