//! Questions in Spanish.

use crate::places::Occasion::{Machine, Outage, Program};
use crate::texts::Topic;

pub(super) const TOPICS: &[Topic] = &[
    Topic {
        things: &[
            ["la vista de sección", "E-204", "Vista, Sección, Rayado", "quita el rayado"],
            ["el análisis de pared", "E-207", "Vista, Analizar, Pared", "baja la resolución a media"],
            ["la exportación de planos", "E-311", "Archivo, Exportar, Cajetín", "elige el cajetín sencillo"],
            ["el desfase", "E-307", "Perfil, Reparar, Cerrar huecos", "cierra el perfil una vez"],
            ["el asistente de roscas", "E-231", "Rosca, Avanzado, Salida", "deja una vuelta de salida"],
            ["la tabla de herramientas", "E-118", "Ajustes, Biblioteca, Bloqueo", "borra el bloqueo viejo"],
            ["la simulación", "E-214", "Vista, Motor", "cambia a software"],
        ],
        titles: &["{b} en {a}", "{ver}: {b}", "¿Qué significa {b}?"],
        open: &[
            "Me sale {b} en {a}, [siempre|aunque no cada vez].",
            "¿Qué significa {b}? Aparece en {a} al abrir un {part}.",
            "Desde que actualicé a la {ver}, {a} solo dice {b}.",
            "Otra vez {b}. Ahora es {a}, con un {part} que hice [ayer|la semana pasada].",
            "[Esta mañana|Hace un rato] iba, y ahora {a} se queda en {b}.",
        ],
        more: &[
            "El mensaje se va antes de que pueda copiarlo.",
            "Con los ejemplos va bien.",
            "Ya deshice los últimos {n} pasos.",
        ],
        snippet: "{b}: paso {n} rechazado\n  perfil: {part}_{n}.lathe",
        back: &[
            ("¿Sale {b} con un archivo nuevo?", "Con uno vacío no. En cuanto pego mi {part}, sí."),
            ("¿Tocaste algo en {c}?", "Sí, estuve probando hace unos días."),
        ],
        replies: &[
            "Entra en {c} y {d}. Con eso se va {b}.",
            "Me pasó en la {old}: {c}, y allí {d}.",
            "Es conocido. Mientras tanto, {d} ({c}).",
            "En corto: {d}. Está en {c}.",
        ],
        ..Topic::of(Program)
    },
    Topic {
        things: &[
            ["dibujar solo una mitad", "Insertar, Copia enlazada, Espejo", "antes ajusta el eje con A", ""],
            ["repetir la misma moldura", "Editar, Patrón, A lo largo del eje", "deja marcado «enlazado»", ""],
            ["calcar una foto", "Insertar, Fondo", "calíbrala con dos puntos", ""],
            [
                "mantener la pared al cambiar el exterior",
                "Perfil, Interior, Seguir exterior",
                "escribe primero el grosor",
                "",
            ],
            [
                "imprimir una plantilla a tamaño real",
                "Archivo, Nuevo plano",
                "quita «ajustar a la página»",
                "",
            ],
            ["ajustar una tapa a su caja", "Editar, Emparejar", "la holgura va en el segundo campo", ""],
            ["comparar dos versiones", "Archivo, Historial, Comparar", "guarda antes las dos", ""],
        ],
        titles: &["¿Cómo {a}?", "Duda: {a}", "{a}: ¿se puede?"],
        open: &[
            "Quiero {a}. [En los menús no lo veo|Hasta ahora lo hago a mano].",
            "¿Cómo puedo {a}? [Mi programa anterior lo hacía|Son {n} piezas].",
            "Para un {part} me gustaría {a}, pero doy vueltas en círculo.",
            "¿Hay manera de {a}? Todo lo que encuentro es de versiones viejas.",
        ],
        more: &["Es una serie de {n}.", "En el vídeo sale dos segundos y sin explicación."],
        back: &[("¿Es una pieza o una serie?", "Una serie, {n} en {mat}.")],
        replies: &[
            "Sí: {b}. Importante: {c}.",
            "{b}. Y no olvides esto: {c}.",
            "Está escondido: {b}. Consejo: {c}.",
        ],
        ..Topic::of(Program)
    },
    Topic {
        titles: &["El DXF llega con otro tamaño", "Unidades al importar", "La vista previa va lenta"],
        open: &[
            "Al importar, mi {part} sale 25 veces más grande. Lo dibujé en milímetros.",
            "Todos los DXF de mi programa antiguo llegan diminutos. {ver} en {os}.",
            "Tras importar, la forma está bien, pero {mm} mm no son {mm} mm.",
            "La plantilla de un {part} sale un 3 % pequeña, y al importar ya había algo raro.",
        ],
        more: &["Me quedan {n} archivos, a mano no quiero.", "Los ejemplos llegan bien."],
        back: &[
            ("¿Qué unidad pone en la cabecera?", "No veo ninguna."),
            ("¿Pasa también con los ejemplos?", "Con los ejemplos no."),
        ],
        replies: &[
            "Sin unidad se leen como pulgadas. Activa «Unidad: preguntar» y elige milímetros.",
            "Pon $INSUNITS a 4 con un editor de texto y queda arreglado.",
            "En Ajustes, Importar, fija la unidad una vez y olvídate.",
        ],
        ..Topic::of(Program)
    },
    Topic {
        titles: &["Vibraciones en {mat}", "Marcas a {rpm} rpm"],
        open: &[
            "A unas {rpm} rpm me salen marcas de vibración en {mat}. La herramienta está afilada.",
            "Desde que uso la {mach} cada {part} tiene ondas finas, a {mm} mm una de otra.",
            "Un {part} largo de {mat}, y en el centro parece un disco de vinilo.",
            "¿Qué hacéis contra la vibración en {mat}? Estoy a {rpm} rpm y ya la oigo venir.",
        ],
        more: &["Las dos primeras pasadas salen bien.", "La pieza sobresale {n} cm."],
        back: &[
            ("¿Cuánto sobresale la pieza del plato?", "Unos {n} centímetros."),
            ("¿Usas luneta?", "No, solo el contrapunto."),
        ],
        replies: &[
            "Demasiado largo. Pon una luneta en el centro y baja a {rpm2} rpm.",
            "Haz variar la velocidad: Trayectoria, Husillo, Variación. Con un 8 % basta.",
            "Acaba primero el centro, mientras queda material, y por debajo de {mm2} mm.",
            "Aprieta la caña del contrapunto, floja canta así.",
        ],
        ..Topic::of(Machine)
    },
    Topic {
        things: &[
            [
                "un control de los noventa",
                "palabra desconocida G96",
                "desactiva la velocidad de corte constante en la definición de la máquina",
                "",
            ],
            ["un panel Heliq", "error 20", "pon el cambio de herramienta en manual", ""],
            ["una placa TinyCut", "alarma 9", "quita la búsqueda de origen de la cabecera", ""],
            ["un Gantor 3", "buffer lleno", "sube la tolerancia a 0,05", ""],
        ],
        titles: &["Posprocesador: {b}", "{b} ({mach})"],
        open: &[
            "En mi {mach} tengo {a} y se para con «{b}». El código es de Lathe {ver}.",
            "«{b}» tras la primera pasada. Es {a}.",
            "¿Qué posprocesador usáis con {a}? El genérico da «{b}».",
            "Con la {ver} la {mach} no arranca: «{b}».",
        ],
        more: &["En la simulación todo va.", "Siempre en la línea {n}."],
        snippet: "N{n} G18 G21\nN{n}0 G96 S{rpm} M3\n; {b}",
        back: &[(
            "¿Es el genérico o el de la carpeta compartida?",
            "El genérico. No sabía que hay una carpeta.",
        )],
        replies: &[
            "«{b}» se quita así: {c}.",
            "Yo tengo lo mismo. Me sirvió: {c}.",
            "En la carpeta compartida hay uno hecho. Si quieres el tuyo, {c}.",
        ],
        ..Topic::of(Machine)
    },
    Topic {
        titles: &["¿Hasta qué grosor de pared?", "Grietas en {wood}", "Acabado para alimentos"],
        open: &[
            "¿Qué grosor de pared dejáis en un {part} de {wood}? Tengo {mm} mm en el dibujo.",
            "Los tres últimos se me rompieron al vaciar, con la madera todavía verde.",
            "Un {part} de {wood} se abrió por la noche, del borde al pie.",
            "¿Cómo secáis el {wood}? Cada uno dice una cosa.",
        ],
        more: &["Mi medidor marca {n} %.", "Las testas tenían cera."],
        back: &[
            ("¿Está seca la madera?", "Alrededor del {n} %."),
            ("¿Qué herramienta usas dentro?", "Una rasqueta recién afilada."),
        ],
        replies: &[
            "Con {wood} no bajes de {mm} mm hasta que seque, y luego tornea otra vez.",
            "Vista, Analizar, Pared: lo demasiado fino se ve en rojo.",
            "Entiérralo en sus propias virutas, bolsa de papel, {n} semanas.",
        ],
        ..Topic::of(Machine)
    },
    Topic {
        titles: &["El aceite no seca", "Aceite pegajoso en {wood}"],
        open: &[
            "El aceite sigue pegajoso en {wood} después de una semana.",
            "¿Qué le ponéis a un {part} que va a llevar fruta?",
            "Manchas blancas en {wood}, {n} días después de la última capa.",
            "Busco algo lavable para {wood} que no amarillee.",
        ],
        more: &["Es para una boda.", "Llevo tres capas."],
        back: &[("¿Qué aceite es?", "Linaza de la ferretería.")],
        replies: &[
            "Dos capas finas de aceite duro, y a los diez minutos se quita lo que sobra.",
            "Por debajo de quince grados la linaza tarda semanas. Límpialo y ponlo al calor.",
            "Tung puro, cinco días entre capas.",
        ],
        ..Topic::of(Machine)
    },
    Topic {
        things: &[
            ["E-503 al guardar", "", "", ""],
            ["Sync no responde", "", "", ""],
            ["mi galería de Share vacía", "", "", ""],
        ],
        titles: &["{a}", "Desde el mediodía: {a}"],
        open: &[
            "Desde [el mediodía|hace una hora|hace {n} minutos], {a}. ¿Soy yo?",
            "{a}, y reiniciar no sirve. ¿Alguien más?",
            "{a} en el taller, y en media hora llegan {n} alumnos.",
        ],
        replies: &[
            "No eres tú, {me}. Share y Sync están caídos. Archivo, Trabajar sin conexión.",
            "Ya lo saben, están en ello. ¡No borres nada!",
        ],
        ..Topic::of(Outage)
    },
];
