// The checker: names become fields and functions, types are settled, constants are computed.
#pragma once
#include <optional>

#include "formula/formula.h"
#include "formula/functions.h"
#include "formula/syntax.h"

namespace fairlead::formula {

using NodePtr = std::unique_ptr<Node>;

struct CheckFailed {  // thrown inside the checker only; check() turns it into a refusal
    Refused refused;
};

class Checker {
  public:
    Checker(std::string_view text, const Schema& schema, std::string_view entity, Checked& checked)
        : text_(text), schema_(schema), entity_(entity), checked_(checked) {}

    NodePtr check(const Syntax& syntax);
    // The root as the type that is expected, or a refusal.
    NodePtr expect(NodePtr root, Type expected) const;

  private:
    // What an aggregate stands on while its arguments are checked.
    struct Scope {
        std::optional<PathStep> relation;
        bool used = false;  // by the argument now checked
    };

    using Params = std::vector<std::pair<std::string, std::string>>;
    // Params for messages in other languages: "name" or "value" is what was written, "meant" what comes near it.
    [[noreturn]] void fail(std::string code, std::string message, Place place, const Params& params = {}) const;
    [[noreturn]] void mismatch(std::string message, Place place) const { fail("type_mismatch", std::move(message), place); }

    NodePtr make(Op op, Place place) const;
    NodePtr constant(Value value, Type type, Place place) const;
    NodePtr fold(NodePtr node) const;

    NodePtr number(const Syntax& syntax) const;
    std::string related_field(std::string_view entity, const std::string& name) const;
    NodePtr field(const Syntax& syntax);
    NodePtr unary(const Syntax& syntax);
    NodePtr binary(const Syntax& syntax);
    NodePtr junction(const Syntax& syntax);
    NodePtr junction_of(Op op, std::vector<NodePtr> parts, Place place) const;
    NodePtr arithmetic(Op op, NodePtr left, NodePtr right, Place place) const;
    NodePtr comparison(Op op, NodePtr left, NodePtr right, Place place) const;

    // checker_compare.cpp: brings both sides to one kind, rewriting constants and references.
    Compare pair(NodePtr& left, NodePtr& right, bool ordered, Place place) const;
    bool id_from_text(const Node& id, NodePtr& text) const;
    Compare pair_reference(NodePtr& reference, NodePtr& other, Place place) const;
    bool date_from_text(NodePtr& node, Type wanted) const;
    void check_choice(const Node& choice, const Node& value) const;
    NodePtr title_of(NodePtr reference) const;
    NodePtr written_out(NodePtr node) const { return node->type.type == Type::reference ? title_of(std::move(node)) : std::move(node); }
    NodePtr condition(NodePtr node) const;

    // checker_call.cpp
    NodePtr call(const Syntax& syntax);
    NodePtr between(const Syntax& syntax);
    NodePtr in_list(const Syntax& syntax);
    void count_arguments(const Function& function, const Syntax& syntax) const;
    NodePtr argument(const Function& function, char kind, NodePtr node) const;
    void settle_relation(const Function& function, Node& node, const Scope& scope, const std::vector<bool>& related) const;
    FieldType result_type(const Function& function, Node& node) const;
    FieldType choice_result(const Function& function, Node& node) const;
    FieldType values_result(Node& node, std::size_t count) const;
    void check_period(const Node& node) const;
    // One type for several branches; numbers among amounts become amounts.
    FieldType unify(const std::vector<NodePtr*>& branches, Place place) const;
    NodePtr as_money(NodePtr node) const;

    std::string_view text_;
    const Schema& schema_;
    std::string_view entity_;
    Checked& checked_;
    Scope* scope_ = nullptr;
};

bool is_number(Type type);
bool is_textual(Type type);
// For messages: "a number", "a date".
std::string_view kind_words(const Node& node);
Compare compare_of(Type type);

}  // namespace fairlead::formula
