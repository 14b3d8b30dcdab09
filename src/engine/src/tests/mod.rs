mod builder;
mod expressions;
mod pipeline;
