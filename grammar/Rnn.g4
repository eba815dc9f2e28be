// The grammar of the language. docs/language.md explains it to users; this file is the contract.
//
// Newlines are blanks. A body needs no separators because
//   - every statement begins with a keyword, or with names followed by `=` or `:`;
//   - no statement begins with a token that could continue an expression (an operator, `(`, `[`, `.`);
//   - two expressions never stand side by side.
// So the first name or keyword that cannot continue an expression begins the next statement, and a long pipeline may
// be broken before each `|>`. The grammar never looks at line breaks; error recovery does (compiler/parse).
//
// Brackets hold what is known before any data (sizes, constants, functions, cells, delays), parentheses hold values.
// `name[...]` is one rule: on a value it is a delay, on a function or cell its settings. Which it is depends on what
// the name is, so sema decides, never the parser.
//
// What is accepted more widely than the language, so that sema can say it in the user's words: `loss` and `target` in
// a cell, `stored` in a model, a shape on an output of many names, a chain a < b < c, `t` outside brackets.
//
// Every prediction needs at most two tokens, so a syntax error is always noticed at the first token that cannot stand
// where it stands. compiler/parse relies on it.
grammar Rnn;

// ---------------------------------------------------------------- declarations

file
    : declaration* EOF
    ;

declaration
    : IMPORT STRING                                             # importFile
    | FN NAME settings? '(' names? ')' '=' expr                 # function
    | (CELL | MODEL) header body                                # definition
    ;

// `header` and `body` are rules of their own so that a mistake in one leaves the other readable.
header
    : NAME settings?
    ;

body
    : '{' statement* '}'
    ;

// [H, P = H, phi = tanh]
settings
    : '[' (setting (',' setting)*)? ']'
    ;

setting
    : NAME ('=' expr)?
    ;

// ---------------------------------------------------------------- statements

statement
    : INPUT names (':' type)?                                   # input
    | TARGET names ':' type                                     # target
    | STATE names ':' shape ('=' expr)?                         # state
    | PARAM paths (':' shape)? ('~' expr)?                      # param
    | GATE? names (':' shape)? '=' expr                         # equation
    | OUTPUT names (':' shape)? ('=' expr)?                     # output
    | LOSS expr                                                 # loss
    | TRAIN trainBlock                                          # train
    | STORED storedBlock                                        # stored
    ;

trainBlock
    : '{' trainSetting* '}'
    ;

trainSetting
    : NAME '=' expr
    ;

storedBlock
    : '{' storedTensor* '}'
    ;

// weight_ih = [i.W.x, f.W.x]        bias_ih + bias_hh = [i.b, f.b]
storedTensor
    : path ('+' path)* '=' expr
    ;

names
    : NAME (',' NAME)*
    ;

paths
    : path (',' path)*
    ;

// f.b, y.LSTM.f.b, n.W.2
path
    : NAME ('.' (NAME | NUMBER))*
    ;

type
    : SEQ? shape
    | SEQ? TOKEN '[' expr ']'
    ;

shape
    : '[' (expr (',' expr)*)? ']'
    ;

// ---------------------------------------------------------------- expressions

// Tightest first. `|>` is the loosest: a + b |> f is f(a + b).
expr
    : expr '.' (NAME | NUMBER)                                  # member
    | expr '[' arguments? ']'                                   # bracket
    | expr '(' arguments? ')'                                   # call
    | '√' expr                                                  # root
    | <assoc = right> expr '^' expr                             # binary
    | MINUS expr                                                # negate
    | expr (TIMES | '/' | AT) expr                              # binary
    | expr ('+' | MINUS) expr                                   # binary
    | expr ('<' | LESS_EQUAL | '>' | GREATER_EQUAL | '==' | NOT_EQUAL) expr  # binary
    | expr '|>' expr                                            # pipe
    | '[' expr (',' expr)* ']'                                  # concat
    | '(' expr ')'                                              # parens
    | TIME                                                      # time
    | NUMBER                                                    # number
    | NAME                                                      # name
    ;

arguments
    : argument (',' argument)*
    ;

argument
    : (NAME '=')? expr
    ;

// ---------------------------------------------------------------- tokens
// compiler/parse/token.def lists them once more, in this order.

IMPORT : 'import' ;
FN     : 'fn' ;
CELL   : 'cell' ;
MODEL  : 'model' ;
INPUT  : 'input' ;
TARGET : 'target' ;
STATE  : 'state' ;
PARAM  : 'param' ;
GATE   : 'gate' ;
OUTPUT : 'output' ;
LOSS   : 'loss' ;
TRAIN  : 'train' ;
STORED : 'stored' ;
SEQ    : 'seq' ;
TOKEN  : 'token' ;
TIME   : 't' ;

LEFT_PAREN    : '(' ;
RIGHT_PAREN   : ')' ;
LEFT_BRACKET  : '[' ;
RIGHT_BRACKET : ']' ;
LEFT_BRACE    : '{' ;
RIGHT_BRACE   : '}' ;
COMMA         : ',' ;
COLON         : ':' ;
DOT           : '.' ;
ASSIGN        : '=' ;
TILDE         : '~' ;
PIPE          : '|>' ;

// Mathematical signs as they come out of a paper: U+2212, U+22C5 and U+2217 are what PDF viewers copy for a minus, a
// centred dot and a star.
ROOT          : '√' ;
POWER         : '^' ;
TIMES         : '*' | '⊙' | '∘' | '\u2217' ;
AT            : '@' | '·' | '\u22C5' ;
DIVIDE        : '/' ;
PLUS          : '+' ;
MINUS         : '-' | '\u2212' ;
LESS          : '<' ;
LESS_EQUAL    : '<=' | '≤' ;
GREATER       : '>' ;
GREATER_EQUAL : '>=' | '≥' ;
EQUAL         : '==' ;
NOT_EQUAL     : '!=' | '≠' ;

// Names are compared after NFC normalisation, so that c̃ typed in two ways is one name.
NAME   : [\p{L}_] [\p{L}\p{Nd}\p{Mn}_\u2080-\u2089\u2032]* ;
NUMBER : [0-9]+ ('.' [0-9]+)? ([eE] [+-]? [0-9]+)? | '∞' ;
STRING : '"' ~["\r\n]* '"' ;

// Kept for `fmt`; a block of comment lines right above a declaration is its documentation.
COMMENT : '#' ~[\r\n]* ;
BLANK   : [\t\r\n\f\p{Zs}\uFEFF]+ -> skip ;

// What people write out of habit from other languages. No rule accepts these tokens; they are here so that an error
// can speak of the whole of them. None can be read as two tokens that may stand side by side.
OPEN_STRING      : '"' ~["\r\n]* ;
FOREIGN_COMMENT  : '//' ~[\r\n]* | '/*' .*? '*/' ;
FOREIGN_OPERATOR : '**' | '&&' | '||' | '->' | '=>' | ':=' | '::' | '===' | '!==' | '<>' | '~=' | '++' | '+=' | '-=' | '*='
                 | '/=' | '.*' | './' | '.^' | '..' | '...' ;
// Everything else is one token, so that the parser reports it and the lexer never does.
UNKNOWN : . ;
