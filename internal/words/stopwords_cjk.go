package words

// stopGrams are characters and pairs of characters of Chinese, Japanese and Korean
// that say nothing. Pairs of Hiragana need no list.
var stopGrams = setOf(`
我们 我們 你们 你們 他们 他們 她们 它们 咱们 大家 自己 这个 這個 那个 那個 这些 這些 那些 这样 這樣 那样 那樣 这里 這裡 那里 那裡 哪里 什么 什麼 怎么 怎麼 如何 为什 為什 多少 哪些 一个 一個 一些 一种 一種 每个 每個 各种 各種 某些 所有 其他 其它 其中
因为 因為 所以 但是 可是 不过 不過 如果 虽然 雖然 然后 然後 而且 并且 並且 或者 还是 還是 以及 以便 由于 由於 关于 關於 对于 對於 根据 根據 按照 通过 通過 为了 為了 除了 随着 隨著 例如 比如 因此 于是 於是 否则 否則 无论 無論 不仅 不僅 只要 只有 即使
可以 可能 应该 應該 需要 必须 必須 能够 能夠 没有 沒有 不是 就是 也是 都是 还有 還有 已经 已經 正在 将会 將會 进行 進行 使用 成为 成為 作为 作為 如下 以下 以上 之后 之後 之前 之间 之間 时候 時候 目前 现在 現在 今天 非常 比较 比較 十分 更加 很多 许多 許多 不能 不会 不會 不要 一下 一样 一樣 一起 同时 同時 等等 包括 以来 所述 有关 有關 还可 也可 都可 就可 或是 而是 并不 並不 是否 请问 請問
在 和 与 與 及 或 的 了 是 也 都 就 很 对 對 从 從 到 为 為 以 于 於 而 但 被 把 让 讓 给 給 向 由 等 之 其 此 该 該 这 這 那 我 你 他 她 它 您 不 没 沒 有 一 个 個 着 著 过 過 吗 嗎 呢 吧 啊
等の 及び 並び 又は 或い 若し 但し 為に 行う 行い 行っ 行わ 行え 思う 思い 思っ 見る 見て 言う 言い 言っ 出来 出て 出る 来る 来て 使う 使い 使っ 使わ 使え 持つ 持っ 持ち 取る 取り 取っ 作る 作り 作っ 入る 入れ 入っ 分か 知る 知っ 考え 受け 続け 続く 始め 始ま 終わ 置く 置き 書く 書き 書い 読む 読ん 聞く 聞い 付け 付い 合わ 合う 関す 関し 対す 対し 知ら 際に 場合 以外 必要 可能 下さ 頂き 頂く 致し 致す 無い 無く 良い 良く 高い 多い 多く 少な 新し 大き 小さ 同じ 違う 違い 次の 前に 後に 時に 中で 上で 方が 事が 物が 様に 様々 全て 各々 何か 何が 何を 今回 今後 今日 現在
行 見 言 思 出 来 使 入 持 取 作 知 考 受 続 始 終 何 私 各 本 今 前 後 中 上 下 時 方 事 物 者 様 合 付 際 為 又 但 同 次 毎 約
합니 니다 습니 했습 됩니 입니 있습 없습 겠습 하는 하고 하여 하며 하면 하기 하지 해서 했다 한다 된다 되는 되어 되고 되며 있는 있다 있으 있고 없는 없다 이다 이며 이고 이는 그리 리고 그러 러나 하지 지만 또한 또는 혹은 그래 래서 따라 라서 위해 위한 통해 대한 대해 관한 관련 경우 때문 문에 우리 저희 여러 모든 다른 이런 그런 어떤 매우 아주 너무 더욱 정말 다시 바로 이미 아직 항상 지금 현재 오늘 여기 거기 저기 무엇 누가 언제 어디 어떻 떻게 같은 같이 함께 수도 해야 세요 십시 시오 으로 에서 부터 까지 에게 처럼 보다 이나 라고 이라
은 는 이 가 을 를 에 의 와 과 도 로 만 및 등 수 것 그 저 더 좀 잘 안 못 할 한 된 될 후 중
`)

// contentGrams are words although they have a character that stands for grammar.
var contentGrams = setOf(`目的 标的 標的 是正 自我 我国 我國 那覇`)

// grammarChinese are characters that in Chinese say nothing of their own and in
// Japanese hardly occur.
const grammarChinese = `的们們么麼吗嗎呢吧啊这這那是我你您他她它很也`

// particlesJapanese stand after the word they belong to, or begin an ending that
// makes a verb of it.
const particlesJapanese = `をはがにのとでもへやよねなかっただすさ`

// verbJoints are the vowels at which Japanese joins a verb to another.
const verbJoints = `いきしちみりぎびえけせめれげべ`

// particlesKorean stand at the end of the word they belong to, the longest first.
var particlesKorean = []string{
	"에서는", "에서도", "으로는", "으로도", "까지는", "부터는", "이라는", "에게는",
	"에서", "에게", "한테", "께서", "으로", "부터", "까지", "처럼", "보다", "이나", "이라", "라는", "에는", "에도", "와의", "과의", "마다", "조차", "밖에", "이란",
	"은", "는", "이", "가", "을", "를", "에", "의", "와", "과", "도", "로", "만", "께", "란",
}
