mod builder;
mod expressions;
mod headers;
mod parsing;
mod pipeline;
mod tables;
