// The parser: spreadsheet notation by operator precedence. A sign and % bind tighter than ^, which groups
// from the left; AND, OR, NOT, IN and BETWEEN are also words between values.
#include <array>

#include "base/decimal.h"
#include "base/text.h"
#include "formula/syntax.h"

namespace fairlead::formula {

Refused refuse_at(std::string code, std::string message, Place place, std::string_view text) {
    const auto begin = static_cast<std::size_t>(std::max(0, place.begin));
    const std::string near(text.substr(std::min(begin, text.size()), static_cast<std::size_t>(std::max(0, place.end - place.begin))));
    return refuse(Why::invalid, std::move(code), std::move(message), {},
                  {{"begin", std::to_string(place.begin)}, {"end", std::to_string(place.end)}, {"near", near}});
}

namespace {

struct Token {
    enum Kind : std::uint8_t { end, number, text, name, symbol } kind = end;
    std::string word;  // symbols and names as written; text without its quotes
    Place place;
};

struct Halt {  // thrown inside the parser only; parse() turns it into a refusal
    Refused refused;
};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

enum Level : int { level_or = 1, level_and, level_not, level_compare, level_concat, level_add, level_multiply, level_power, level_sign };

struct Infix {
    std::string_view symbol;
    Op op;
    int level;
};
constexpr std::array<Infix, 12> infixes = {{{"=", Op::eq, level_compare}, {"<>", Op::ne, level_compare},
                                            {"<=", Op::le, level_compare}, {">=", Op::ge, level_compare},
                                            {"<", Op::lt, level_compare}, {">", Op::gt, level_compare},
                                            {"&", Op::concat, level_concat}, {"+", Op::add, level_add},
                                            {"-", Op::subtract, level_add}, {"*", Op::multiply, level_multiply},
                                            {"/", Op::divide, level_multiply}, {"^", Op::power, level_power}}};

class Parser {
  public:
    Parser(std::string_view text, const CheckOptions& options) : text_(text), options_(options) { advance(); }

    SyntaxPtr whole_formula() {
        if (is_symbol("=")) advance();  // as typed into a cell
        if (token_.kind == Token::end) halt("The formula is empty. Write a value, a field or a function, such as amount > 1000", token_.place);
        SyntaxPtr root = expression(level_or);
        if (token_.kind != Token::end) halt("Here " + shown(token_) + " does not fit. Put an operator or a comma before it, or remove it", token_.place);
        return root;
    }

  private:
    [[noreturn]] void halt(std::string message, Place place, std::string code = "syntax") const {
        throw Halt{refuse_at(std::move(code), std::move(message), place, text_)};
    }
    static std::string shown(const Token& token) { return token.kind == Token::end ? "the end" : "\"" + token.word + "\""; }

    bool is_symbol(std::string_view symbol) const { return token_.kind == Token::symbol && token_.word == symbol; }
    bool is_word(std::string_view word) const { return token_.kind == Token::name && upper_ascii(token_.word) == word; }
    char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

    void advance() {
        while (is_blank(peek())) ++at_;
        token_ = Token{};
        token_.place.begin = static_cast<int>(at_);
        const char c = peek();
        if (at_ >= text_.size()) {
            token_.kind = Token::end;
        } else if (c == '"') {
            read_text();
        } else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
            read_number();
        } else if (is_letter(c)) {
            token_.kind = Token::name;
            while (is_letter(peek()) || is_digit(peek()) || (peek() == '.' && is_letter(peek(1)))) token_.word += text_[at_++];
        } else {
            read_symbol();
        }
        token_.place.end = static_cast<int>(at_);
    }

    void read_text() {
        token_.kind = Token::text;
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] != '"') {
                token_.word += text_[at_];
            } else if (peek(1) == '"') {
                token_.word += text_[at_++];
            } else {
                ++at_;
                return;
            }
        }
        halt("A text begins here and has no closing quote. Put \" at its end", {token_.place.begin, static_cast<int>(at_)});
    }

    void read_number() {
        token_.kind = Token::number;
        while (is_digit(peek()) || (peek() == '.' && is_digit(peek(1)))) token_.word += text_[at_++];
        if ((peek() == 'e' || peek() == 'E') && (is_digit(peek(1)) || ((peek(1) == '-' || peek(1) == '+') && is_digit(peek(2))))) {
            token_.word += text_[at_++];
            token_.word += text_[at_++];
            while (is_digit(peek())) token_.word += text_[at_++];
        }
        if (is_letter(peek())) halt("A name cannot begin with a digit", {token_.place.begin, static_cast<int>(at_ + 1)});
    }

    void read_symbol() {
        token_.kind = Token::symbol;
        for (const std::string_view two : {"<>", "<=", ">=", "!=", "==", "&&", "||"}) {
            if (text_.substr(at_, 2) != two) continue;
            if (two == "!=") halt("Write <> for \"not equal\"", here(2));
            if (two == "==") halt("Write a single = to compare", here(2));
            if (two == "&&" || two == "||") halt(std::string("Write ") + (two == "&&" ? "AND" : "OR") + " between conditions", here(2));
            token_.word = two;
            at_ += 2;
            return;
        }
        const char c = text_[at_];
        if (std::string_view("()+-*/^&=<>%,;").find(c) != std::string_view::npos) {
            token_.word = c == ';' ? ',' : c;  // the list separator of many countries
            ++at_;
            return;
        }
        if (c == '\'' || text_.substr(at_, 3) == "\u201C" || text_.substr(at_, 3) == "\u201D")
            halt("Write texts in straight double quotes, as \"Hanoi\"", here(c == '\'' ? 1 : 3));
        std::size_t length = 1;
        while (at_ + length < text_.size() && (static_cast<unsigned char>(text_[at_ + length]) & 0xC0U) == 0x80U) ++length;
        const std::string sign(text_.substr(at_, length));
        halt(is_utf8(sign) ? "The sign \"" + sign + "\" has no meaning in a formula. Remove it, or put texts into double quotes"
                           : std::string("The formula contains bytes that are not text (UTF-8)"), here(static_cast<int>(length)));
    }
    Place here(int length) const { return {static_cast<int>(at_), static_cast<int>(at_) + length}; }

    SyntaxPtr make(Syntax::Kind kind, Place place) {
        if (++nodes_ > options_.nodes_max)
            halt("The formula has more than " + std::to_string(options_.nodes_max) + " parts. Split it into computed fields", place, "too_complex");
        auto node = std::make_unique<Syntax>();
        node->kind = kind;
        node->place = node->word_place = place;
        return node;
    }

    SyntaxPtr unary(Op op, Place word, SyntaxPtr part) {
        SyntaxPtr node = make(Syntax::unary, {std::min(word.begin, part->place.begin), std::max(word.end, part->place.end)});
        node->op = op;
        node->word_place = word;
        node->parts.push_back(std::move(part));
        return node;
    }

    SyntaxPtr binary(Op op, Place word, SyntaxPtr left, SyntaxPtr right) {
        SyntaxPtr node = make(Syntax::binary, {left->place.begin, right->place.end});
        node->op = op;
        node->word_place = word;
        node->parts.push_back(std::move(left));
        node->parts.push_back(std::move(right));
        return node;
    }

    struct Deeper {
        explicit Deeper(Parser& parser) : parser_(parser) {
            if (++parser_.depth_ > parser_.options_.depth_max)
                parser_.halt("The formula is nested deeper than " + std::to_string(parser_.options_.depth_max) +
                                 " levels. Move inner parts into computed fields", parser_.token_.place, "too_complex");
        }
        ~Deeper() { --parser_.depth_; }
        Deeper(const Deeper&) = delete;
        Deeper& operator=(const Deeper&) = delete;
        Parser& parser_;
    };

    SyntaxPtr expression(int level) {
        const Deeper deeper(*this);
        SyntaxPtr left = operand(level);
        for (;;) {
            const Place word = token_.place;
            if (token_.kind == Token::name) {
                if (!word_operator(level, left)) return left;
                continue;
            }
            const Infix* infix = find_infix();
            if (infix == nullptr || infix->level < level) return left;
            advance();
            left = binary(infix->op, word, std::move(left), expression(infix->level + 1));
            if (infix->level == level_compare && (is_symbol("<") || is_symbol(">")) && (infix->op == Op::lt || infix->op == Op::gt))
                halt("Two comparisons in a row have no meaning here. Write them apart: a < b AND b < c", token_.place);
        }
    }

    const Infix* find_infix() const {
        if (token_.kind != Token::symbol) return nullptr;
        for (const Infix& infix : infixes)
            if (infix.symbol == token_.word) return &infix;
        return nullptr;
    }

    // AND, OR, IN, NOT IN, BETWEEN after a value. False when the word is none of them or binds less.
    bool word_operator(int level, SyntaxPtr& left) {
        const Place word = token_.place;
        const bool is_and = is_word("AND"), is_or = is_word("OR");
        if (is_and || is_or) {
            const int own = is_and ? level_and : level_or;
            if (own < level) return false;
            advance();
            left = binary(is_and ? Op::logical_and : Op::logical_or, word, std::move(left), expression(own + 1));
            return true;
        }
        if (level > level_compare) return false;
        if (is_word("IN")) {
            left = in_list(std::move(left));
            return true;
        }
        if (is_word("BETWEEN")) {
            left = between(std::move(left));
            return true;
        }
        if (is_word("NOT")) {
            advance();
            if (!is_word("IN") && !is_word("BETWEEN")) halt("After a value, NOT must be followed by IN or BETWEEN. Write AND NOT to join conditions", word);
            left = unary(Op::logical_not, word, is_word("IN") ? in_list(std::move(left)) : between(std::move(left)));
            return true;
        }
        return false;
    }

    SyntaxPtr in_list(SyntaxPtr value) {
        const Place word = token_.place;
        advance();
        if (!is_symbol("(")) halt("After IN comes a list in brackets, as stage IN (\"Won\", \"Lost\")", token_.place);
        SyntaxPtr node = make(Syntax::call, {value->place.begin, word.end});
        node->word = "IN";
        node->word_place = word;
        node->parts.push_back(std::move(value));
        arguments(*node);
        if (node->parts.size() == 1) halt("The list after IN is empty. Name at least one value", node->place);
        return node;
    }

    SyntaxPtr between(SyntaxPtr value) {
        const Place word = token_.place;
        advance();
        SyntaxPtr node = make(Syntax::call, {value->place.begin, word.end});
        node->word = "BETWEEN";
        node->word_place = word;
        node->parts.push_back(std::move(value));
        node->parts.push_back(expression(level_concat));
        if (!is_word("AND")) halt("BETWEEN needs two limits: x BETWEEN 1 AND 10", token_.place);
        advance();
        node->parts.push_back(expression(level_concat));
        node->place.end = node->parts.back()->place.end;
        return node;
    }

    // A value with its signs before and its % behind.
    SyntaxPtr operand(int level) {
        const Place word = token_.place;
        if (is_symbol("-") || is_symbol("+")) {
            const bool minus = is_symbol("-");
            advance();
            const Deeper deeper(*this);
            SyntaxPtr part = operand(level_sign);
            return minus ? unary(Op::negate, word, std::move(part)) : std::move(part);
        }
        if (is_word("NOT") && peek_past_blanks() != '(') {
            if (level > level_not) halt("Put NOT and what follows it into brackets here", word);
            advance();
            return unary(Op::logical_not, word, expression(level_not));
        }
        SyntaxPtr value = primary();
        while (is_symbol("%")) {
            const Place sign = token_.place;
            advance();
            value = unary(Op::percent_of, sign, std::move(value));
        }
        return value;
    }
    char peek_past_blanks() const {
        std::size_t i = at_;
        while (i < text_.size() && is_blank(text_[i])) ++i;
        return i < text_.size() ? text_[i] : '\0';
    }

    SyntaxPtr primary() {
        const Token token = token_;
        switch (token.kind) {
            case Token::number:
            case Token::text: {
                SyntaxPtr node = make(token.kind == Token::number ? Syntax::number : Syntax::text, token.place);
                node->word = token.word;
                advance();
                return node;
            }
            case Token::name: return name_or_call();
            case Token::symbol:
                if (token.word == "(") {
                    advance();
                    SyntaxPtr inner = expression(level_or);
                    if (!is_symbol(")")) halt("A bracket that was opened here is not closed. Put ) where it ends", token.place);
                    inner->place = {token.place.begin, token_.place.end};
                    advance();
                    return inner;
                }
                break;
            case Token::end: break;
        }
        halt("A value is missing before " + shown(token) + ". Put a field, a number or a text there", token.place);
    }

    SyntaxPtr name_or_call() {
        const Token token = token_;
        advance();
        const std::string upper = upper_ascii(token.word);
        if (is_symbol("(")) {
            SyntaxPtr node = make(Syntax::call, token.place);
            node->word = upper;
            arguments(*node);
            return node;
        }
        if (upper == "TRUE" || upper == "FALSE") {
            SyntaxPtr node = make(Syntax::boolean, token.place);
            node->word = upper;
            return node;
        }
        for (const std::string_view word : {"AND", "OR", "IN", "BETWEEN", "NOT"})
            if (upper == word) halt("A value is missing before " + upper + ". Put a condition there", token.place);
        SyntaxPtr node = make(Syntax::name, token.place);
        node->word = token.word;
        return node;
    }

    // "(" a, b, c ")"; an argument may be left out between commas.
    void arguments(Syntax& call) {
        const Place open = token_.place;
        advance();
        bool closed = is_symbol(")");
        while (!closed) {
            if (is_symbol(",") || is_symbol(")")) {
                call.parts.push_back(make(Syntax::empty, {token_.place.begin, token_.place.begin}));
            } else {
                call.parts.push_back(expression(level_or));
            }
            closed = is_symbol(")");
            if (closed) break;
            if (!is_symbol(",")) {
                if (token_.kind == Token::end) halt("The bracket after " + call.word + " is not closed. Put ) where its arguments end", open);
                halt("Here " + shown(token_) + " does not fit. Put a comma between arguments, or close the bracket of " + call.word, token_.place);
            }
            advance();
        }
        call.place.end = token_.place.end;
        advance();
    }

    std::string_view text_;
    const CheckOptions& options_;
    std::size_t at_ = 0;
    Token token_;
    int nodes_ = 0;
    int depth_ = 0;
};

}  // namespace

Result<SyntaxPtr> parse(std::string_view text, const CheckOptions& options) {
    if (text.size() > static_cast<std::size_t>(options.text_max))
        return refuse_at("too_complex", "The formula is longer than " + std::to_string(options.text_max) + " bytes. Split it into computed fields",
                         {0, static_cast<int>(options.text_max)}, {});
    try {
        return Parser(text, options).whole_formula();
    } catch (Halt& halt) {
        return std::move(halt.refused);
    }
}

}  // namespace fairlead::formula
