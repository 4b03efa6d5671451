//! What people show and talk about in Spanish.

use crate::places::Occasion::{Chat, Idea, Intro, Off, Show};
use crate::texts::Topic;

pub(super) const TOPICS: &[Topic] = &[
    Topic {
        titles: &["Se presenta {me}", "Hola, me llamo {me}", "Saludos de {me}"],
        open: &[
            "Hola, me llamo {me}. Torneo {wood} con una {mach} y quiero dejar de dibujar a mano.",
            "Buenas, {me} por aquí. Taller pequeño, sobre todo {wood}. Me alegra haber encontrado este sitio.",
            "Hola, {me}. Doy clases de tecnología y busco algo para que mis {n} alumnos diseñen un {part}.",
            "Me presento, {me}: fines de semana, Lathe {ver} en {os}. ¿Algún primer proyecto?",
            "Saludos desde el sur, {me}. Vine por las plantillas y me quedo por la gente.",
            "Soy {me}. De día conduzco un autobús, de noche estropeo {wood}.",
            "{me}, todavía sin torno, pero con el dibujo de un {part} y muchas ganas.",
        ],
        more: &["De {wood} sé demasiado, preguntad.", "Llevo meses leyendo.", "Pronto, fotos."],
        ..Topic::of(Intro)
    },
    Topic {
        open: &[
            "Terminado hoy: un {part} en {wood}, última pasada a {rpm} rpm.",
            "El primer {part} que me atrevo a regalar. Dibujado en la {ver}, {wood}.",
            "{n} intentos y por fin el {part} salió entero. El {wood} no perdona.",
            "Juego de {n}, todos iguales con {mm} mm de diferencia. {wood}.",
            "De un resto de {wood}: {part} con la grieta rellena.",
            "Un {part} según una foto de 1910, calcado con el fondo. {wood}, aún sin aceite.",
            "Con mi hija, un {part} de {wood}. La curva es suya.",
            "Del tronco al {part} en {n} semanas. {wood} de nuestro patio.",
        ],
        more: &["El perfil está en Share.", "El pie no me convence.", "Se aceptan críticas."],
        ..Topic::of(Show)
    },
    Topic {
        open: &[
            "¿Guardáis también las piezas rotas? Mi caja está llena, {n} solo de {wood}.",
            "Taller barrido y {mach} engrasada. Buen fin de semana.",
            "Hoy aprendí que el polvo de {wood} y [la camisa blanca|las lentillas|el ventilador] no se llevan.",
            "¿Ya está la {ver} para {os}?",
            "¿Quién va a la feria [el mes que viene|en primavera]? Tengo {n} entradas.",
            "Todas las gubias afiladas. Parece otra máquina, hasta en {wood}.",
            "La vista nueva de la {ver} me gusta mucho.",
            "¿Qué luz tenéis sobre la {mach}? Veo sombras donde no las hay.",
            "Correa nueva en la {mach} y de pronto oigo la nevera.",
        ],
        more: &["¿Y por ahí?", "Luego cuento más."],
        replies: &[
            "Igual por aquí.",
            "Me apunto.",
            "Buena idea, te la copio.",
            "Solo si hay tarta.",
            "Fui el año pasado, merece la pena.",
            "Con {wood} me pasó lo mismo.",
            "Mi {mach} asiente.",
            "¿Dónde es, {me}?",
        ],
        ..Topic::of(Chat)
    },
    Topic {
        things: &[
            ["un gato que duerme en las virutas", "el gato", "", ""],
            ["dos colmenas", "las abejas", "", ""],
            ["una canoa de 1974", "la canoa", "", ""],
            ["un huerto lleno de piedras", "el huerto", "", ""],
        ],
        open: &[
            "Fuera de tema: ahora tengo {a}.",
            "¿Qué más hacéis? Yo, {a}, y la {mach} está celosa.",
            "¿Qué hago con {n} sacos de virutas de {wood}? De paso, tengo {a}.",
            "Fin de jornada: {a} y {n} minutos de calma.",
        ],
        replies: &[
            "¡Fotos!",
            "Saluda a {b}.",
            "Al compost, y el resto para las gallinas del vecino.",
            "Algo se podrá tornear para eso.",
            "Tenemos la misma enfermedad, {me}.",
        ],
        ..Topic::of(Off)
    },
    Topic {
        things: &[
            ["deshacer después de guardar", "perdí una tarde entera", "", ""],
            ["la humedad en la lista de materiales", "la madera verde es otra cosa", "", ""],
            ["tarjetas para imprimir, un paso en cada una", "doy clase a niños", "", ""],
            ["un reloj para la cola y el aceite", "se me olvidan", "", ""],
        ],
        titles: &["Idea: {a}", "Propuesta: {a}"],
        open: &[
            "Idea: {a}. Motivo: {b}.",
            "¿Sería posible {a}? Es que {b}.",
            "Tras {n} meses con Lathe echo en falta una cosa: {a}. Y es que {b}.",
        ],
        more: &["Yo lo pruebo.", "Como opción, no para todos."],
        replies: &[
            "Sí, por favor.",
            "Lo usaría a diario.",
            "Ya hay algo abierto, añado tu caso.",
            "Con un guion se puede, bonito no es.",
        ],
        ..Topic::of(Idea)
    },
];
